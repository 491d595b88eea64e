package dev.varve.door.resp;

import dev.varve.engine.Engine;
import dev.varve.env.Clock;
import java.util.concurrent.atomic.AtomicReference;

/// What all connections of one door share.
///
/// Thread-safe: each part is.
record Door(
        RespSettings settings,
        Loops loops,
        ProtocolLimits limits,
        Engine engine,
        Databases databases,
        CommandTable commands,
        AtomicReference<Users> users,
        Clock clock,
        Errands errands,
        Clients clients,
        ScanCursors cursors,
        MemoryBudget argumentMemory,
        Tallies tallies,
        LatencyRecorder latencies,
        ServerIdentity identity) {}

package dev.varve.engine;

import dev.varve.engine.EngineStatus.PrefetchStatus;
import dev.varve.env.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The meters of all that is brought up before it is asked for, one for each [PrefetchKind].
///
/// Thread-safe: immutable.
final class Prefetches {
    /// What may wait in memory for its reader, for each kind, as a part of memory.
    private static final int GUESSED_SHARE = 8;
    /// The same of what a client wants.
    private static final int WISHED_SHARE = 2;

    private final Map<PrefetchKind, PrefetchMeter> meters = new EnumMap<>(PrefetchKind.class);

    Prefetches(long memoryBytes, Clock clock) {
        for (var kind : PrefetchKind.values()) {
            meters.put(kind, new PrefetchMeter(kind, memoryBytes / share(kind), clock));
        }
    }

    private static int share(PrefetchKind kind) {
        return kind == PrefetchKind.HINT ? WISHED_SHARE : GUESSED_SHARE;
    }

    PrefetchMeter of(PrefetchKind kind) {
        return Objects.requireNonNull(meters.get(kind));
    }

    /// All that was brought up so far.
    long broughtUpBytes() {
        return meters.values().stream().mapToLong(PrefetchMeter::broughtUpBytes).sum();
    }

    List<PrefetchStatus> status() {
        return meters.values().stream().map(PrefetchMeter::status).toList();
    }
}

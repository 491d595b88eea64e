package dev.varve.door.local;

import dev.varve.bytes.SharedMemory;
import dev.varve.engine.Bucket;
import dev.varve.env.Clock;
import dev.varve.env.Tasks;
import io.netty.channel.unix.FileDescriptor;
import java.util.Set;
import java.util.concurrent.Phaser;
import java.util.function.IntSupplier;

/// What all connections of one door share.
///
/// @param newClient   numbers for clients, for [Bucket#as]
/// @param memory      what clients map
/// @param descriptor  of the memory, open for reading alone; the door's
/// @param connections those that are open
/// @param errands     counts the work that goes on beside the loops
///
/// Thread-safe: each part is.
record Door(
        LocalSettings settings,
        Bucket bucket,
        IntSupplier newClient,
        SharedMemory memory,
        FileDescriptor descriptor,
        Entry entry,
        Clock clock,
        Tasks tasks,
        LeaseBudget budget,
        Set<Connection> connections,
        Phaser errands,
        Tallies tallies) {

    /// Starts something that may wait, on a thread of its own.
    void start(Runnable work) {
        errands.register();
        try {
            tasks.start("local", () -> {
                try {
                    work.run();
                } finally {
                    errands.arriveAndDeregister();
                }
            });
        } catch (RuntimeException e) {
            errands.arriveAndDeregister();
            throw e;
        }
    }
}

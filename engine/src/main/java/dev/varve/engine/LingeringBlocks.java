package dev.varve.engine;

import dev.varve.engine.Residency.Resident;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Blocks in memory whose room is there to be taken: they have left the policy and have a copy on
/// flash, and stay readable until somebody needs the room.
///
/// Thread-safe.
final class LingeringBlocks {
    private final Queue<Lingering> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();

    /// One of them, as it was when it came.
    ///
    /// @param reads how often it had been read by then
    record Lingering(long id, int lengthBytes, int reads) {}

    void add(Resident resident) {
        var added = new Lingering(resident.info().id(), resident.info().lengthBytes(),
                resident.reads());
        bytes.addAndGet(added.lengthBytes);
        queue.add(added);
    }

    /// Takes the one that has stayed longest. It may be gone from memory.
    Optional<Lingering> poll() {
        var next = Optional.ofNullable(queue.poll());
        next.ifPresent(it -> bytes.addAndGet(-it.lengthBytes));
        return next;
    }

    /// What they take together.
    long bytes() {
        return bytes.get();
    }
}

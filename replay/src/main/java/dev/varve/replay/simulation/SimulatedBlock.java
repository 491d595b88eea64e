package dev.varve.replay.simulation;

import dev.varve.replay.simulation.SegmentLog.Segment;
import org.jspecify.annotations.Nullable;

/// A block of a trace, and where it is now. A structure of its store's, without behaviour.
///
/// Confined.
final class SimulatedBlock {
    private static final int GRAIN_SHIFT = 4;
    private static final int MIN_GRAIN_SHIFT = 8;
    private static final int MAX_GRAIN_SHIFT = 25;

    /// What policies know it by: stays the same when it is written anew, as in the server.
    final int name;
    /// Length of its value; 0 while nothing is known of it.
    long bytes;
    boolean inMemory;
    /// On its way out of memory.
    boolean leaving;
    /// Reads since it came into memory.
    int reads;
    /// How many there were when it was told to wait for a reader; -1 if it was not.
    int readsBeforeWaiting;
    double heldUntilSeconds;
    long heldBytes;
    /// When its bytes will have reached memory.
    double readableSeconds;
    double inMemorySinceSeconds;
    /// Where its copy in a log is.
    @Nullable
    Segment segment;
    int position;
    /// What was read after it the last time.
    @Nullable
    SimulatedBlock next;

    /// @param name from 1
    SimulatedBlock(int name) {
        this.name = name;
    }

    /// What a value takes of memory: the server's slab cuts values in steps of a sixteenth to an
    /// eighth of their length (`BuddySlab`).
    static long footprintBytes(long bytes) {
        int floorLog = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, bytes));
        long grain = 1L << Math.clamp(floorLog - GRAIN_SHIFT, MIN_GRAIN_SHIFT, MAX_GRAIN_SHIFT);
        return Math.max(grain, (bytes + grain - 1) & -grain);
    }

    long footprintBytes() {
        return footprintBytes(bytes);
    }

    boolean isPresent() {
        return inMemory || segment != null;
    }

    boolean isFresh() {
        return segment == null;
    }
}

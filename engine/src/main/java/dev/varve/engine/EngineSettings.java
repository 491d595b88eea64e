package dev.varve.engine;

import java.time.Duration;

/// The engine's numbers.
///
/// @param durableBlockBytes  objects of durable buckets are cut into blocks of this length
/// @param cacheBlockBytes    objects of cache buckets are; a KV value up to this length is one
/// block
/// @param memoryWait         how long a write waits for memory before it fails (durable) or the
///                           oldest blocks are dropped unwritten (cache)
/// @param closeWait          how long closing goes on writing cache blocks to flash
/// @param lease              how long an object of a cache bucket stays for sure after a client was
///                           told that it is there
/// @param memoryAtClose      what closing does with blocks that only memory has
/// @param readAhead          whether what clients are about to ask for is brought up from flash
/// @param admission          what of a cache bucket may be written to flash
/// @param movementBytesPerSecond the most that background work moves on flash while it can wait;
///                           at least [dev.varve.policy.MovementBudget#FLOOR]
/// @param goal               what placement is after
///
/// Immutable.
public record EngineSettings(
        int durableBlockBytes,
        int cacheBlockBytes,
        Duration memoryWait,
        Duration closeWait,
        Duration lease,
        MemoryAtClose memoryAtClose,
        boolean readAhead,
        AdmissionSettings admission,
        long movementBytesPerSecond,
        PlacementGoal goal) {
    /// No limit to movement but what clients leave.
    public static final long UNLIMITED = Long.MAX_VALUE;

    /// What becomes of blocks that only memory has.
    public enum MemoryAtClose {
        /// They are written to flash, if they are worth it.
        TO_FLASH,
        /// Those that the next process will find in memory stay there.
        STAYS
    }

    public static final EngineSettings DEFAULT = new EngineSettings(
            4 << 20, 32 << 20, Duration.ofSeconds(10), Duration.ofSeconds(20),
            Duration.ofSeconds(10), MemoryAtClose.TO_FLASH, true, AdmissionSettings.DEFAULT,
            UNLIMITED, new PlacementGoal.Latency());

    /// Whether what is hardly worth a write to flash waits in memory for a reader. Not where the
    /// goal is energy: the room is taken from what readers would find in memory, and now wake flash
    /// for.
    public boolean blocksWait() {
        return admission.mode() == AdmissionSettings.Mode.SELECTIVE
                && goal instanceof PlacementGoal.Latency;
    }

    /// The same but for what closing does with memory.
    public EngineSettings with(MemoryAtClose choice) {
        return new EngineSettings(
                durableBlockBytes, cacheBlockBytes, memoryWait, closeWait, lease, choice,
                readAhead, admission, movementBytesPerSecond, goal);
    }

    /// The same with another limit to movement.
    public EngineSettings withMovement(long bytesPerSecond) {
        return new EngineSettings(durableBlockBytes, cacheBlockBytes, memoryWait, closeWait, lease,
                memoryAtClose, readAhead, admission, bytesPerSecond, goal);
    }

    /// The same with another lease and other rules of admission.
    public EngineSettings with(Duration otherLease, AdmissionSettings otherAdmission) {
        return new EngineSettings(durableBlockBytes, cacheBlockBytes, memoryWait, closeWait,
                otherLease, memoryAtClose, readAhead, otherAdmission, movementBytesPerSecond,
                goal);
    }

    /// The same with reading ahead, or without.
    public EngineSettings readingAhead(boolean choice) {
        return new EngineSettings(durableBlockBytes, cacheBlockBytes, memoryWait, closeWait, lease,
                memoryAtClose, choice, admission, movementBytesPerSecond, goal);
    }

    /// The same with another goal.
    public EngineSettings with(PlacementGoal otherGoal) {
        return new EngineSettings(durableBlockBytes, cacheBlockBytes, memoryWait, closeWait, lease,
                memoryAtClose, readAhead, admission, movementBytesPerSecond, otherGoal);
    }
}

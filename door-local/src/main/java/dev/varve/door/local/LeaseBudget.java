package dev.varve.door.local;

import java.util.concurrent.atomic.AtomicLong;

/// How much of the memory all connections together hold by leases, so that clients cannot take
/// from the store what it needs to go on.
///
/// Thread-safe: by an atomic count.
final class LeaseBudget {
    private final long capacityBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    LeaseBudget(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    long capacityBytes() {
        return capacityBytes;
    }

    long usedBytes() {
        return usedBytes.get();
    }

    /// @return false if that would be too much, and then nothing is taken
    boolean tryTake(long bytes) {
        if (usedBytes.addAndGet(bytes) > capacityBytes) {
            usedBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(long bytes) {
        usedBytes.addAndGet(-bytes);
    }
}

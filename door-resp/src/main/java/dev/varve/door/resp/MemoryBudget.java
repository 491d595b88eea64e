package dev.varve.door.resp;

import java.util.concurrent.atomic.AtomicLong;

/// A bound on memory that many connections share.
///
/// Thread-safe: one atomic.
final class MemoryBudget {
    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    MemoryBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /// @return whether there was room; if not, nothing is taken
    boolean reserve(long bytes) {
        if (usedBytes.addAndGet(bytes) <= limitBytes) {
            return true;
        }
        usedBytes.addAndGet(-bytes);
        return false;
    }

    void release(long bytes) {
        if (bytes != 0) {
            usedBytes.addAndGet(-bytes);
        }
    }

    long usedBytes() {
        return usedBytes.get();
    }
}

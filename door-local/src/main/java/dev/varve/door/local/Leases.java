package dev.varve.door.local;

import dev.varve.bytes.Block;
import dev.varve.env.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// What one client may read in its mapping: each lease holds a value's blocks until the client
/// gives it back, its time is over, or the client has left, whichever comes first.
///
/// Thread-safe: one lock, under which nothing waits.
final class Leases implements AutoCloseable {
    private final LeaseBudget budget;
    private final Clock clock;
    private final long leaseNanos;
    private final int maxCount;
    private final long maxBytes;
    private final Lock lock = new ReentrantLock();
    /// In the order of their ends, since all last equally long.
    private final Map<Long, Lease> held = new LinkedHashMap<>();
    private int reservedCount;
    private long reservedBytes;
    private long lastHandle;
    private boolean closed;

    /// @param blocks owned
    private record Lease(List<Block> blocks, long bytes, long endNanos) {}

    /// @param budget shared with other connections
    Leases(LeaseBudget budget, Clock clock, Duration lease, int maxCount) {
        this.budget = budget;
        this.clock = clock;
        leaseNanos = lease.toNanos();
        this.maxCount = maxCount;
        maxBytes = budget.capacityBytes() / 2;
    }

    /// Makes sure that a value of this length may be leased; to be followed by [#grant] or
    /// [#cancel].
    ///
    /// @return false if the client or all clients together hold too much
    boolean reserve(long bytes) {
        lock.lock();
        try {
            if (closed || reservedCount >= maxCount || bytes > maxBytes - reservedBytes
                    || !budget.tryTake(bytes)) {
                return false;
            }
            reservedCount++;
            reservedBytes += bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Gives a reservation back that was not used.
    void cancel(long bytes) {
        lock.lock();
        try {
            reservedCount--;
            reservedBytes -= bytes;
        } finally {
            lock.unlock();
        }
        budget.giveBack(bytes);
    }

    /// Leases what was reserved, from now on.
    ///
    /// @param blocks a lease on each, owned from now on
    /// @return the handle, never 0
    long grant(List<Block> blocks, long bytes) {
        var lease = new Lease(List.copyOf(blocks), bytes, clock.nanoTime() + leaseNanos);
        long handle;
        lock.lock();
        try {
            handle = ++lastHandle;
            if (!closed) {
                held.put(handle, lease);
                return handle;
            }
        } finally {
            lock.unlock();
        }
        end(lease);
        return handle;
    }

    /// @return false if there is no such lease, or no more
    boolean release(long handle) {
        Lease lease;
        lock.lock();
        try {
            lease = held.remove(handle);
        } finally {
            lock.unlock();
        }
        if (lease == null) {
            return false;
        }
        end(lease);
        return true;
    }

    /// Ends the leases whose time is over.
    ///
    /// @return how many these were
    int expire() {
        var over = new ArrayList<Lease>();
        lock.lock();
        try {
            long now = clock.nanoTime();
            var oldest = held.values().iterator();
            while (oldest.hasNext()) {
                var lease = oldest.next();
                if (lease.endNanos - now > 0) {
                    break;
                }
                over.add(lease);
                oldest.remove();
            }
        } finally {
            lock.unlock();
        }
        over.forEach(this::end);
        return over.size();
    }

    /// Ends all leases; those that are granted later end at once.
    @Override
    public void close() {
        List<Lease> all;
        lock.lock();
        try {
            closed = true;
            all = List.copyOf(held.values());
            held.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(this::end);
    }

    private void end(Lease lease) {
        lease.blocks.forEach(Block::close);
        cancel(lease.bytes);
    }
}

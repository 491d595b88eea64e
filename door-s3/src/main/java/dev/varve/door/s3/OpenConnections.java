package dev.varve.door.s3;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.env.Clock;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The connections whose thread has not ended.
///
/// Thread-safe: by a lock.
final class OpenConnections {
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Map<Channel, Attention> open = new HashMap<>();

    OpenConnections(Clock clock) {
        this.clock = clock;
    }

    void add(Channel channel, Attention attention) {
        lock.lock();
        try {
            open.put(channel, attention);
        } finally {
            lock.unlock();
        }
    }

    void remove(Channel channel) {
        lock.lock();
        try {
            open.remove(channel);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Closes those that have no request under way.
    void closeIdle() {
        for (var entry : snapshot()) {
            if (!entry.getValue().isBusy()) {
                var _ = entry.getKey().close();
            }
        }
    }

    void closeAll() {
        for (var entry : snapshot()) {
            var _ = entry.getKey().close();
        }
    }

    /// Waits until there are none.
    ///
    /// @return false where some are left after this time
    boolean awaitNone(Duration wait) {
        long until = clock.nanoTime() + wait.toNanos();
        lock.lock();
        try {
            while (!open.isEmpty()) {
                long left = until - clock.nanoTime();
                if (left <= 0 || (changed.awaitNanos(left) <= 0 && !open.isEmpty())) {
                    return open.isEmpty();
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private List<Map.Entry<Channel, Attention>> snapshot() {
        lock.lock();
        try {
            return List.copyOf(open.entrySet());
        } finally {
            lock.unlock();
        }
    }
}

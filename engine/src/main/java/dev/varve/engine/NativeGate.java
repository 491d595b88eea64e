package dev.varve.engine;

import dev.varve.env.Invariant;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Keeps native memory alive while calls are in it: whoever is inside delays the closing, and
/// nobody gets in afterwards.
///
/// Each thread counts itself in one of several counters, each on cache lines of its own, so that
/// passing costs two uncontended atomic additions. The counter is raised before `closing` is read,
/// and `closing` is written before the counters are read: one of the two sees the other.
///
/// Thread-safe: by atomics.
final class NativeGate {
    private static final int COUNTERS = 64;
    /// 128 bytes: processors fetch cache lines in pairs.
    private static final int SPACING = 16;

    private final AtomicLongArray inside = new AtomicLongArray((COUNTERS + 1) * SPACING);
    private final String name;
    private volatile @Nullable Thread closing;

    /// @param name what is behind the gate, for messages
    NativeGate(String name) {
        this.name = name;
    }

    /// Goes in. To be followed by [#leave] on the same thread.
    ///
    /// @throws StorageException CLOSED if the gate is closed
    void enter() {
        if (!tryEnter()) {
            throw new StorageException(Kind.CLOSED, name + " is closed");
        }
    }

    /// As [#enter]; false if the gate is closed.
    boolean tryEnter() {
        inside.getAndIncrement(counter());
        if (closing == null) {
            return true;
        }
        leave();
        return false;
    }

    void leave() {
        long left = inside.decrementAndGet(counter());
        assert left >= 0;
        var waiting = closing;
        if (left == 0 && waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /// Lets nobody in from now on and waits until all have left. Called once, from outside the
    /// gate.
    void close() {
        Invariant.check(closing == null, "closed twice");
        closing = Thread.currentThread();
        for (int i = 1; i <= COUNTERS; i++) {
            while (inside.get(i * SPACING) != 0) {
                LockSupport.park(this);
            }
        }
    }

    private static int counter() {
        long id = Thread.currentThread().threadId();
        return (1 + (int) ((id * 0x9E3779B97F4A7C15L) >>> 58)) * SPACING;
    }
}

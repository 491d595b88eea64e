package dev.varve.engine;

import dev.varve.engine.EngineStatus.PrefetchStatus;
import dev.varve.env.Clock;
import dev.varve.policy.Usefulness;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Measures how much of what is brought up for one reason is read, and lets no more be brought up
/// than [Usefulness] says.
///
/// Thread-safe: one lock, held for a few steps, inside which no other is taken.
final class PrefetchMeter {
    /// After that a block counts as unread. Where nothing presses, it would stay in memory without
    /// being read for ever, and what was brought up once in vain would keep its place.
    static final Duration PATIENCE = Duration.ofSeconds(30);
    /// The same of what is read before an epoch ends, whenever that is.
    static final Duration EPOCH_PATIENCE = Duration.ofHours(1);

    private final PrefetchKind kind;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Usefulness usefulness;
    /// What nobody has read yet, the oldest first.
    private final LinkedHashSet<Prefetched> waiting = new LinkedHashSet<>();
    private final LongAdder broughtUpBytes = new LongAdder();
    private final LongAdder readBytes = new LongAdder();
    private final LongAdder unreadBytes = new LongAdder();

    /// @param usefulness fresh, owned by the meter
    PrefetchMeter(PrefetchKind kind, Usefulness usefulness, Clock clock) {
        this.kind = kind;
        this.clock = clock;
        this.usefulness = usefulness;
    }

    /// A block that is brought up, until somebody reads it or it leaves memory. Each of its methods
    /// counts if it is the first that is called, and does nothing else.
    ///
    /// Thread-safe.
    final class Prefetched {
        private final long bytes;
        private final long sinceNanos;

        private Prefetched(long bytes) {
            this.bytes = bytes;
            sinceNanos = clock.nanoTime();
        }

        void read() {
            if (settle(this, usefulness::read)) {
                readBytes.add(bytes);
            }
        }

        void unread() {
            if (settle(this, usefulness::unread)) {
                unreadBytes.add(bytes);
            }
        }

        /// It did not come into memory.
        void withdraw() {
            if (settle(this, usefulness::withdrawn)) {
                broughtUpBytes.add(-bytes);
            }
        }
    }

    /// Whether more may be brought up now.
    boolean hasRoom() {
        var patience = kind == PrefetchKind.EPOCH ? EPOCH_PATIENCE : PATIENCE;
        long latest = clock.nanoTime() - patience.toNanos();
        while (true) {
            var eldest = eldest();
            if (eldest == null || eldest.sinceNanos - latest > 0) {
                break;
            }
            eldest.unread();
        }
        lock.lock();
        try {
            return usefulness.hasRoom();
        } finally {
            lock.unlock();
        }
    }

    /// A block is being brought up.
    Prefetched begin(long bytes) {
        var prefetched = new Prefetched(bytes);
        broughtUpBytes.add(bytes);
        lock.lock();
        try {
            waiting.add(prefetched);
            usefulness.broughtUp(bytes);
        } finally {
            lock.unlock();
        }
        return prefetched;
    }

    long broughtUpBytes() {
        return broughtUpBytes.sum();
    }

    PrefetchStatus status() {
        lock.lock();
        try {
            return new PrefetchStatus(kind, broughtUpBytes.sum(), readBytes.sum(),
                    unreadBytes.sum(), usefulness.waitingBytes(), usefulness.allowanceBytes());
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Prefetched eldest() {
        lock.lock();
        try {
            return waiting.isEmpty() ? null : waiting.getFirst();
        } finally {
            lock.unlock();
        }
    }

    private boolean settle(Prefetched prefetched, Outcome outcome) {
        lock.lock();
        try {
            boolean isFirst = waiting.remove(prefetched);
            if (isFirst) {
                outcome.count(prefetched.bytes);
            }
            return isFirst;
        } finally {
            lock.unlock();
        }
    }

    @FunctionalInterface
    private interface Outcome {
        void count(long bytes);
    }
}

package dev.varve.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.engine.EngineStatus.Pacing;
import dev.varve.env.Clock;
import dev.varve.env.Tasks;
import dev.varve.policy.MovementBudget;
import dev.varve.tier.Pace;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Holds background work on flash to the pace of a [MovementBudget], and tells that what clients
/// wait: for flash, which [BlockSource] says, and for a processor, which this worker feels itself.
/// While something moves it sleeps for two milliseconds at a time; what it oversleeps is what a
/// thread that has a client's request to answer waits as well.
///
/// Thread-safe: by one lock, held for a few steps.
final class MovementControl implements Tasks.Worker {
    /// How soon who waits notices that it has become urgent.
    private static final long LONGEST_NAP_NANOS = Duration.ofMillis(4).toNanos();
    private static final long PULSE_NANOS = Duration.ofMillis(2).toNanos();
    private static final long PULSE_GOES_ON_NANOS = Duration.ofMillis(250).toNanos();

    private final LongSupplier clientWork;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final LongAdder paced = new LongAdder();
    private final LongAdder urgent = new LongAdder();
    private final LongAdder waited = new LongAdder();
    private volatile Runnable alarm = () -> {};
    private volatile boolean ended;
    private volatile long lastAskedNanos;

    @GuardedBy("lock")
    private final MovementBudget budget;
    @GuardedBy("lock")
    private long lastClientWork;

    /// @param ceilingBytesPerSecond never move more
    /// @param clientWork            grows with what clients have done
    MovementControl(long ceilingBytesPerSecond, LongSupplier clientWork, Clock clock) {
        this.clientWork = clientWork;
        this.clock = clock;
        budget = new MovementBudget(ceilingBytesPerSecond, clock.nanoTime());
        lastAskedNanos = clock.nanoTime() - PULSE_GOES_ON_NANOS;
        lastClientWork = clientWork.getAsLong();
    }

    /// Says how the background task that runs this worker is woken.
    void onWake(Runnable wake) {
        alarm = wake;
    }

    /// Lets everything go on without waiting, for closing.
    void end() {
        ended = true;
    }

    /// The pace of some background work.
    ///
    /// @param isUrgent whether it cannot wait any longer, because somebody waits for it by now
    Pace pace(BooleanSupplier isUrgent) {
        return bytes -> await(bytes, isUrgent);
    }

    /// Hears that a client's read of flash has ended.
    void readForClient(int lengthBytes, long startNanos) {
        long now = clock.nanoTime();
        lock.lock();
        try {
            budget.waited(MovementBudget.readOf(lengthBytes), now - startNanos, now);
        } finally {
            lock.unlock();
        }
    }

    /// Feels for a moment how long a thread waits for a processor.
    @Override
    public int doWork() {
        long start = clock.nanoTime();
        noteClients(start);
        if (start - lastAskedNanos >= PULSE_GOES_ON_NANOS) {
            return 0;
        }
        clock.sleepNanos(PULSE_NANOS);
        long now = clock.nanoTime();
        lock.lock();
        try {
            budget.waited(MovementBudget.PROCESSOR,
                    Math.max(0, now - start - PULSE_NANOS), now);
        } finally {
            lock.unlock();
        }
        return 1;
    }

    Pacing status() {
        lock.lock();
        try {
            return new Pacing(budget.bytesPerSecond(), paced.sum(), urgent.sum(), waited.sum(),
                    budget.slowdowns(), budget.restingNanos(MovementBudget.PROCESSOR),
                    budget.movingNanos(MovementBudget.PROCESSOR));
        } finally {
            lock.unlock();
        }
    }

    private void await(int bytes, BooleanSupplier isUrgent) {
        long start = clock.nanoTime();
        if (start - lastAskedNanos > PULSE_GOES_ON_NANOS / 2) {
            lastAskedNanos = start;
            noteClients(start);
            alarm.run();
        }
        for (long now = start;; now = clock.nanoTime()) {
            lastAskedNanos = now;
            boolean must = ended || isUrgent.getAsBoolean()
                    || now - start >= Pace.LONGEST_WAIT.toNanos();
            long nap = take(bytes, must, now);
            if (nap == 0) {
                (must ? urgent : paced).add(bytes);
                waited.add(now - start);
                return;
            }
            clock.sleepNanos(Math.min(nap, LONGEST_NAP_NANOS));
        }
    }

    private long take(int bytes, boolean must, long now) {
        lock.lock();
        try {
            if (must) {
                budget.moved(bytes, now);
                return 0;
            }
            return budget.take(bytes, now);
        } finally {
            lock.unlock();
        }
    }

    private void noteClients(long now) {
        long work = clientWork.getAsLong();
        lock.lock();
        try {
            if (work != lastClientWork) {
                lastClientWork = work;
                budget.clientsAtWork(now);
            }
        } finally {
            lock.unlock();
        }
    }
}

package dev.varve.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.env.Clock;
import java.util.concurrent.locks.ReentrantLock;

/// How long a device could have slept, from what it was really asked to do: hears of the begin and
/// the end of each operation, and looks at the gaps in which none was under way.
///
/// The device is taken to fall asleep after a while in a gap, and to be woken by the operation that
/// ends the gap. When the while is as long as sleep takes to save what waking up costs, this takes
/// at most twice the energy of one that knew how long each gap will be (Karlin et al., "Competitive
/// snoopy caching", 1988).
///
/// Thread-safe: by one lock, held for a few steps.
public final class DutyMeter {
    /// Of a device that does not sleep.
    public static final long NEVER = Long.MAX_VALUE;

    private final long sleepAfterNanos;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private int underWay;
    @GuardedBy("lock")
    private long idleSinceNanos;
    @GuardedBy("lock")
    private Duty ended = Duty.NONE;

    /// What an operation does, as far as it matters who waits for the device to wake up.
    public enum Kind {
        READ,
        OTHER
    }

    /// What came of the gaps so far.
    ///
    /// @param asleepNanos time asleep
    /// @param wakings     gaps with sleep that have ended
    /// @param wakingReads those of them that a read ended, which then waits for the device
    public record Duty(long asleepNanos, long wakings, long wakingReads) {
        public static final Duty NONE = new Duty(0, 0, 0);
    }

    /// @param sleepAfterNanos how long it must have had nothing to do to fall asleep, or [#NEVER]
    public DutyMeter(long sleepAfterNanos, Clock clock) {
        this.sleepAfterNanos = sleepAfterNanos;
        this.clock = clock;
        idleSinceNanos = clock.nanoTime();
    }

    /// Hears that an operation begins.
    public void begin(Kind kind) {
        lock.lock();
        try {
            long asleep = underWay++ == 0 ? asleepNanos() : 0;
            if (asleep > 0) {
                ended = new Duty(ended.asleepNanos + asleep, ended.wakings + 1,
                        ended.wakingReads + (kind == Kind.READ ? 1 : 0));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Hears that one has ended.
    public void end() {
        lock.lock();
        try {
            if (--underWay == 0) {
                idleSinceNanos = clock.nanoTime();
            }
        } finally {
            lock.unlock();
        }
    }

    /// All gaps so far, the present one included.
    public Duty duty() {
        lock.lock();
        try {
            long asleep = underWay == 0 ? asleepNanos() : 0;
            return new Duty(ended.asleepNanos + asleep, ended.wakings, ended.wakingReads);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private long asleepNanos() {
        return Math.max(0, clock.nanoTime() - idleSinceNanos - sleepAfterNanos);
    }
}

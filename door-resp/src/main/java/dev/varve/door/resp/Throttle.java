package dev.varve.door.resp;

import dev.varve.env.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// How many bytes a second a user's connections pass, together: a bucket of tokens that may be
/// overdrawn. What was passed is taken from it at once, and whoever comes next waits until it is
/// paid back, so that one large reply goes out whole and what follows it waits the longer.
///
/// The bucket holds a tenth of a second's tokens, so that a user who was idle may begin at once.
///
/// Thread-safe: one atomic.
final class Throttle {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long BURST_NANOS = SECOND_NANOS / 10;

    private final Clock clock;
    private final long bytesPerSecond;
    /// The instant at which all that was passed is paid back.
    private final AtomicLong paidNanos;
    private final LongAdder waitedNanos;

    /// @param bytesPerSecond 0 means no limit
    Throttle(Clock clock, long bytesPerSecond) {
        this(clock, bytesPerSecond, clock.nanoTime() - BURST_NANOS, new LongAdder());
    }

    private Throttle(Clock clock, long bytesPerSecond, long paidNanos, LongAdder waitedNanos) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.paidNanos = new AtomicLong(paidNanos);
        this.waitedNanos = waitedNanos;
    }

    /// The same at another rate: a debt keeps its time, and the count of waiting goes on. One
    /// without limit has neither.
    Throttle at(long otherBytesPerSecond) {
        if (otherBytesPerSecond == bytesPerSecond) {
            return this;
        }
        return bytesPerSecond == 0
                ? new Throttle(clock, otherBytesPerSecond)
                : new Throttle(clock, otherBytesPerSecond, paidNanos.get(), waitedNanos);
    }

    /// Counts bytes that have passed.
    void passed(long bytes) {
        if (bytesPerSecond == 0 || bytes == 0) {
            return;
        }
        long earliest = clock.nanoTime() - BURST_NANOS;
        long price = (long) ((double) bytes * SECOND_NANOS / bytesPerSecond);
        paidNanos.updateAndGet(paid -> Math.max(paid - earliest, 0) + earliest + price);
    }

    /// How long nothing more should pass; at most 0 if something may now.
    long debtNanos() {
        return bytesPerSecond == 0 ? 0 : paidNanos.get() - clock.nanoTime();
    }

    /// Notes that a connection was made to wait for so long.
    void waited(long nanos) {
        waitedNanos.add(nanos);
    }

    /// How long connections were made to wait, all added up.
    long waitedNanos() {
        return waitedNanos.sum();
    }
}

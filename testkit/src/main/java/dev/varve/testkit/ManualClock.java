package dev.varve.testkit;

import dev.varve.env.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until the test moves it.
///
/// Thread-safe: by atomic counters.
public final class ManualClock implements Clock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final AtomicLong nanos = new AtomicLong(1_000 * NANOS_PER_MILLI);
    private final AtomicLong epochOffsetMillis = new AtomicLong(1_800_000_000_000L);

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public long epochMillis() {
        return epochOffsetMillis.get() + nanos.get() / NANOS_PER_MILLI;
    }

    /// Moves the clock on at once.
    @Override
    public void sleepNanos(long sleep) {
        advance(Duration.ofNanos(sleep));
    }

    /// Lets time pass, on both scales.
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time must not run back: " + time);
        }
        nanos.addAndGet(time.toNanos());
    }

    /// Sets the date, as an administrator may; running time does not notice.
    public void setEpochMillis(long millis) {
        epochOffsetMillis.set(millis - nanos.get() / NANOS_PER_MILLI);
    }
}

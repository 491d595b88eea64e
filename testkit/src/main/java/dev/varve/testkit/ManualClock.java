package dev.varve.testkit;

import dev.varve.env.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until the test moves it.
///
/// Thread-safe: by atomic counters.
public final class ManualClock implements Clock {
    private final AtomicLong nanos = new AtomicLong(1_000_000_000L);
    private final AtomicLong epochMillis = new AtomicLong(1_800_000_000_000L);

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public long epochMillis() {
        return epochMillis.get();
    }

    /// Lets time pass, on both scales.
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time must not run back: " + time);
        }
        nanos.addAndGet(time.toNanos());
        epochMillis.addAndGet(time.toMillis());
    }

    /// Sets the date, as an administrator may; running time does not notice.
    public void setEpochMillis(long millis) {
        epochMillis.set(millis);
    }
}

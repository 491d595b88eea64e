package dev.varve.env;

import java.util.concurrent.locks.LockSupport;

/// Time, so that tests and simulations can own it.
///
/// Thread-safe.
public interface Clock {

    /// Nanoseconds since an arbitrary origin; never goes back.
    long nanoTime();

    /// Milliseconds since 1970-01-01 UTC; may jump when the system's clock is set.
    long epochMillis();

    /// Lets this much time pass for the calling thread.
    void sleepNanos(long nanos);

    /// The machine's own clock.
    static Clock system() {
        return new Clock() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public long epochMillis() {
                return System.currentTimeMillis();
            }

            @Override
            public void sleepNanos(long nanos) {
                LockSupport.parkNanos(nanos);
            }
        };
    }
}

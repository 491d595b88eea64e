package dev.varve.env;

/// Time, so that tests and simulations can own it.
///
/// Thread-safe.
public interface Clock {

    /// Nanoseconds since an arbitrary origin; never goes back.
    long nanoTime();

    /// Milliseconds since 1970-01-01 UTC; may jump when the system's clock is set.
    long epochMillis();

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
        };
    }
}

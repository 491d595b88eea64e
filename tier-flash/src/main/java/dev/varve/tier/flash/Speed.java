package dev.varve.tier.flash;

import java.util.concurrent.atomic.LongAdder;

/// How fast transfers are, on average.
///
/// Thread-safe: by adders.
final class Speed {
    private final LongAdder nanos = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    /// Hears of a transfer.
    void took(long transferNanos, long transferBytes) {
        nanos.add(transferNanos);
        bytes.add(transferBytes);
    }

    /// How long a byte takes; 0 before the first transfer.
    double nanosPerByte() {
        long sum = bytes.sum();
        return sum == 0 ? 0 : (double) nanos.sum() / sum;
    }
}

package dev.varve.replay;

import org.HdrHistogram.Histogram;

/// How long some operations took, to three digits.
///
/// @param count     how many there were; all other figures are 0 if there were none
/// @param p50Nanos  the median
/// @param p99Nanos  what one in a hundred exceeded
/// @param maxNanos  the longest
///
/// Immutable.
public record Latency(long count, long p50Nanos, long p99Nanos, long maxNanos) {

    /// Of no operations.
    public static final Latency NONE = new Latency(0, 0, 0, 0);

    /// A histogram of nanoseconds that [#of] summarises. Grows with the longest latency.
    static Histogram histogram() {
        return new Histogram(3);
    }

    public static Latency of(Histogram nanos) {
        return new Latency(
                nanos.getTotalCount(),
                nanos.getValueAtPercentile(50),
                nanos.getValueAtPercentile(99),
                nanos.getMaxValue());
    }
}

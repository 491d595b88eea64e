package dev.varve.policy;

/// How long some waits were, coarsely, with the recent ones counting most.
///
/// Eight buckets an octave, so a quantile is at most 9 % too high; from 1 µs to 17 s.
///
/// Confined: the caller serialises all calls.
final class WaitHistogram {
    private static final int PER_OCTAVE = 8;
    private static final int LEAST_EXPONENT = 10;
    private static final int OCTAVES = 24;

    private final double[] counts = new double[PER_OCTAVE * OCTAVES];
    private double total;
    private double sumNanos;

    void add(long nanos) {
        counts[bucket(nanos)]++;
        total++;
        sumNanos += nanos;
    }

    /// Lets everything seen so far count less.
    ///
    /// @param share what is left of its weight
    void fade(double share) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] *= share;
        }
        total *= share;
        sumNanos *= share;
    }

    /// How many waits the present weights are worth.
    double weight() {
        return total;
    }

    /// The mean wait in nanoseconds; 0 if there were none.
    double mean() {
        return total == 0 ? 0 : sumNanos / total;
    }

    /// The wait in nanoseconds that this share did not exceed; 0 if there were none.
    long quantile(double share) {
        double left = total * share;
        for (int i = 0; i < counts.length && total > 0; i++) {
            left -= counts[i];
            if (left <= 0) {
                return upperBound(i);
            }
        }
        return 0;
    }

    /// The share of the waits that were longer.
    double beyond(long nanos) {
        double longer = 0;
        for (int i = bucket(nanos) + 1; i < counts.length; i++) {
            longer += counts[i];
        }
        return total == 0 ? 0 : longer / total;
    }

    private static int bucket(long nanos) {
        long floor = Math.max(1L << LEAST_EXPONENT, nanos);
        int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(floor);
        long within = (floor >>> (octave - 3)) & (PER_OCTAVE - 1);
        int index = (octave - LEAST_EXPONENT) * PER_OCTAVE + (int) within;
        return Math.min(index, PER_OCTAVE * OCTAVES - 1);
    }

    private static long upperBound(int bucket) {
        int octave = LEAST_EXPONENT + bucket / PER_OCTAVE;
        return (PER_OCTAVE + bucket % PER_OCTAVE + 1L) << (octave - 3);
    }
}

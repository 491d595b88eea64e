package dev.varve.bench;

import java.util.Arrays;

/// The figures of one side, one a round.
///
/// Immutable: the arrays are never handed out.
final class Samples {
    private final double[] byRound;
    private final double[] sorted;

    Samples(double... figures) {
        if (figures.length == 0) {
            throw new IllegalArgumentException("no figures");
        }
        byRound = figures.clone();
        sorted = figures.clone();
        Arrays.sort(sorted);
    }

    /// Each round's figure as a multiple of the other side's in the same round. What slows a whole
    /// round down, as a disk does that others use too, drops out of it.
    Samples over(Samples other) {
        var ratios = new double[byRound.length];
        Arrays.setAll(ratios, round -> byRound[round] / other.byRound[round]);
        return new Samples(ratios);
    }

    double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double min() {
        return sorted[0];
    }

    double max() {
        return sorted[sorted.length - 1];
    }
}

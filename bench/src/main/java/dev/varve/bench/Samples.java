package dev.varve.bench;

import java.util.Arrays;

/// The figures of one side, one a round.
///
/// Immutable: the array is never handed out.
final class Samples {
    private final double[] sorted;

    Samples(double... figures) {
        if (figures.length == 0) {
            throw new IllegalArgumentException("no figures");
        }
        sorted = figures.clone();
        Arrays.sort(sorted);
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

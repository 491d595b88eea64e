package dev.varve.server;

import java.time.Duration;
import java.util.Arrays;

/// The bounds of all latency histograms: from what memory answers to what a sick disk takes.
final class LatencyBuckets {
    private static final long[] BOUNDS_MICROS = {50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
            25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000};

    private LatencyBuckets() {}

    static Duration[] bounds() {
        return Arrays.stream(BOUNDS_MICROS)
                .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
                .toArray(Duration[]::new);
    }
}

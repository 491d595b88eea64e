package dev.varve.replay.simulation;

import dev.varve.replay.Figures;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A hierarchy that was tried, and what came of it.
///
/// @param eviction name of memory's policy, as the server has it
/// @param settings the hierarchy
/// @param outcome  what came of it
///
/// Immutable.
record PlanCandidate(String eviction, HierarchySettings settings, HierarchyOutcome outcome) {

    /// What nothing is gained by lasting longer.
    private static final double LONG_YEARS = 20;

    /// Such as `ddr5 256 GB, tlc 1.2 TB`.
    String tiers() {
        return Stream.concat(Stream.of(settings.memory()), settings.logs().stream())
                .map(PlanCandidate::tier)
                .collect(Collectors.joining(", "));
    }

    private static String tier(TierSettings tier) {
        String sleeps = tier.layout() == TierSettings.Layout.CONCENTRATED ? " sleeping" : "";
        return tier.medium().id() + " " + Figures.bytes(tier.capacityBytes()) + sleeps;
    }

    String writing() {
        return switch (settings.writing()) {
            case SELECTIVE -> "selective";
            case ALL -> "all";
            case THROUGH -> "through";
        };
    }

    /// What counts as the lifetime: beyond some decades it is all one.
    double lifetimeYears() {
        return Math.min(LONG_YEARS, outcome.lifetimeYears());
    }

    /// Whether another one is at least as good in all that counts, and better in something.
    boolean isDominatedBy(PlanCandidate other) {
        double[] mine = costs();
        double[] others = other.costs();
        boolean better = false;
        for (int i = 0; i < mine.length; i++) {
            if (others[i] > mine[i]) {
                return false;
            }
            better |= others[i] < mine[i];
        }
        return better;
    }

    private double[] costs() {
        return new double[]{outcome.secondsPerBlock(), outcome.joules(), outcome.price(),
                -lifetimeYears()};
    }
}

package dev.varve.replay.simulation;

import dev.varve.replay.Latency;
import java.util.List;

/// What came of a hierarchy.
///
/// @param minutes      what clients got, minute by minute
/// @param service      of the reads that served a block, from the hierarchy or its origin
/// @param meanSeconds  of the same
/// @param clientBytes  that clients wrote
/// @param fetchedBytes that came from the origin
/// @param seconds      from the first request to the end of the last
/// @param tiers        memory first
///
/// Immutable.
public record HierarchyOutcome(
        List<Minute> minutes,
        Latency service,
        double meanSeconds,
        long clientBytes,
        long fetchedBytes,
        double seconds,
        List<TierOutcome> tiers) {

    /// @param blocks  asked for
    /// @param hits    served by the hierarchy
    /// @param seconds until all blocks were there, those included that were made anew
    public record Minute(long blocks, long hits, double seconds) {}

    public HierarchyOutcome {
        minutes = List.copyOf(minutes);
        tiers = List.copyOf(tiers);
    }

    /// What came of a sample, for the whole.
    ///
    /// @param factor how many times the sample the whole is
    HierarchyOutcome scaled(double factor) {
        return factor == 1
                ? this
                : new HierarchyOutcome(minutes, service, meanSeconds,
                        Math.round(clientBytes * factor), Math.round(fetchedBytes * factor),
                        seconds, tiers.stream().map(tier -> tier.scaled(factor)).toList());
    }

    public long blocks() {
        return minutes.stream().mapToLong(Minute::blocks).sum();
    }

    public long hits() {
        return minutes.stream().mapToLong(Minute::hits).sum();
    }

    /// Blocks served of all; 0 if there were none.
    public double hitRatio() {
        return blocks() == 0 ? 0 : (double) hits() / blocks();
    }

    /// Mean time until a block is there, whether it was or had to be made anew.
    public double secondsPerBlock() {
        return blocks() == 0
                ? 0
                : minutes.stream().mapToDouble(Minute::seconds).sum() / blocks();
    }

    /// Of all tiers, without the origin.
    public double joules() {
        return tiers.stream().mapToDouble(TierOutcome::joules).sum();
    }

    public double watts() {
        return seconds == 0 ? 0 : joules() / seconds;
    }

    /// Of all tiers' devices, in US dollars.
    public double price() {
        return tiers.stream().mapToDouble(TierOutcome::price).sum();
    }

    /// How long the tier lasts that wears out first.
    public double lifetimeYears() {
        return tiers.stream()
                .mapToDouble(TierOutcome::lifetimeYears)
                .min()
                .orElse(Double.POSITIVE_INFINITY);
    }

}

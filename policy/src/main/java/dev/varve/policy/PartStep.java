package dev.varve.policy;

import java.util.List;
import java.util.Optional;

/// A little memory that goes from one part of a [Partition] to another.
///
/// @param from gives
/// @param to   gets
/// @param share of all memory
record PartStep(Part from, Part to, double share) {
    /// How much it is, as a share of memory; a part that has no more keeps it.
    static final double SIZE = 1.0 / 64;
    /// The largest of the distances, in steps, that are looked ahead.
    private static final int MOST_STEPS = 32;
    /// What a loss counts for more than a gain: curves are measured, and moving costs misses.
    private static final double LOSS_WEIGHT = 1.25;
    /// Hits of all references that it must bring beyond that.
    private static final double MIN_GAIN = 0.0005;
    /// The part of the way ahead that is gone at once.
    private static final double PACE = 1.0 / 4;

    /// The step towards what would bring most, if anything brings enough.
    static Optional<PartStep> best(List<Part> parts, long capacityBytes) {
        var best = Optional.<PartStep>empty();
        double most = MIN_GAIN;
        for (var giver : parts) {
            for (var taker : parts) {
                if (giver == taker) {
                    continue;
                }
                for (int steps = 1; steps <= MOST_STEPS; steps *= 2) {
                    double size = steps * SIZE;
                    if (giver.share() - size < SIZE) {
                        break;
                    }
                    double gain = taker.gain(size, capacityBytes)
                            - LOSS_WEIGHT * giver.loss(size, capacityBytes);
                    if (gain > most) {
                        most = gain;
                        best = Optional.of(
                                new PartStep(giver, taker, Math.max(SIZE, size * PACE)));
                    }
                }
            }
        }
        return best;
    }

    void take() {
        from.share(from.share() - share);
        to.share(to.share() + share);
    }
}

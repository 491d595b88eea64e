package dev.varve.engine;

/// What placement is after, where it has a choice.
public sealed interface PlacementGoal {
    /// That clients wait as little as can be.
    record Latency() implements PlacementGoal {}

    /// That flash has as little to do as can be, and in bursts, so that it may sleep between them.
    ///
    /// @param slack how many times as long reads of flash may take for it on the average, at least
    ///              1
    record Energy(double slack) implements PlacementGoal {
        public Energy {
            if (!(slack >= 1)) {
                throw new IllegalArgumentException("slack (" + slack + ") must be at least 1");
            }
        }
    }
}

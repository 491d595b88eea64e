package dev.varve.replay.simulation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a [Planner] found.
///
/// @param settings  what it was for
/// @param recording the traffic
/// @param tried     all that were simulated
/// @param front     those that none beats in speed, energy, price and lifetime together, fastest
///                  first
/// @param best      which of them is recommended; empty where none meets the conditions
/// @param sureness  how sure that is
///
/// Immutable.
public record Plan(
        PlanSettings settings,
        Recording recording,
        List<PlanCandidate> tried,
        List<PlanCandidate> front,
        OptionalInt best,
        Sureness sureness) {
    public Plan {
        tried = List.copyOf(tried);
        front = List.copyOf(front);
    }

    /// Whether something can be recommended.
    public boolean isGood() {
        return best.isPresent();
    }

    /// For a terminal.
    public String text() {
        return new PlanText(this).render();
    }

    /// One page that needs no other.
    public String html() {
        return new PlanPage(this).render();
    }

    Optional<PlanCandidate> recommended() {
        return best.isPresent() ? Optional.of(front.get(best.getAsInt())) : Optional.empty();
    }
}

package dev.varve.replay.simulation;

import java.util.List;
import java.util.Locale;

/// What a plan is for.
///
/// @param goal         what is to be best
/// @param budgetDollars the most that the devices may cost; infinite for no limit
/// @param years        how long each tier must last at least
/// @param slack        by which factor the mean time to a block may exceed the shortest one that
///                     the budget allows, where speed is not the goal; at least 1
/// @param blockBytes   size of blocks whose size the traffic does not tell, at least 1
/// @param missSeconds  what it takes to get a missed block from elsewhere, at least 0
/// @param evictions    what memory may evict by, at least one: sizes are tried with the first
/// @param memory       media to try for memory, at least one
/// @param flash        media to try below it, at least one
/// @param third        media to try below that, beside none at all
/// @param seed         of the resampling that says how sure the plan is
///
/// Immutable.
public record PlanSettings(
        Goal goal,
        double budgetDollars,
        double years,
        double slack,
        long blockBytes,
        double missSeconds,
        List<Eviction> evictions,
        List<ModelledMedium> memory,
        List<ModelledMedium> flash,
        List<ModelledMedium> third,
        long seed) {

    /// What is to be best.
    public enum Goal {
        /// The mean time until a block is there.
        LATENCY,
        /// Joules.
        ENERGY,
        /// The price of the devices.
        COST;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public PlanSettings {
        evictions = List.copyOf(evictions);
        memory = List.copyOf(memory);
        flash = List.copyOf(flash);
        third = List.copyOf(third);
        require(budgetDollars > 0, "budget (" + budgetDollars + " USD) must be greater than 0");
        require(years >= 0, "lifetime (" + years + " years) must be at least 0");
        require(slack >= 1, "slack (" + slack + ") must be at least 1");
        require(blockBytes >= 1, "block (" + blockBytes + " bytes) must be at least 1 byte");
        require(missSeconds >= 0 && Double.isFinite(missSeconds),
                "time of a miss (" + missSeconds + " s) must be at least 0");
        require(!evictions.isEmpty(), "evictions (0) must be at least 1");
        require(!memory.isEmpty(), "media for memory (0) must be at least 1");
        require(!flash.isEmpty(), "media for flash (0) must be at least 1");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}

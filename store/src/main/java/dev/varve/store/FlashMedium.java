package dev.varve.store;

import dev.varve.tier.Compression;
import dev.varve.tier.DutyMeter;

/// What flash is made of, as far as it matters for energy.
///
/// @param sleepAfterNanos how long it must have had nothing to do to be taken for asleep; see
///                        [dev.varve.tier.DutyMeter]
/// @param readJoules      to read a byte
/// @param writeJoules     to write a byte
/// @param heldWatts       to have a byte, as a part of the capacity
///
/// Immutable.
public record FlashMedium(
        long sleepAfterNanos,
        double readJoules,
        double writeJoules,
        double heldWatts) {
    /// Of flash that does not sleep.
    public static final long NEVER = DutyMeter.NEVER;

    /// What a processor core draws while it compresses, in watts.
    public static final double CORE_WATTS = Compression.CORE_WATTS;

    /// One of which nothing is known.
    public static final FlashMedium UNKNOWN = new FlashMedium(NEVER, 0, 0, 0);
}

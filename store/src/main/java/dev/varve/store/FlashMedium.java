package dev.varve.store;

import dev.varve.tier.Compression.DeviceEnergy;
import dev.varve.tier.DutyMeter;

/// What flash is made of, as far as it matters for energy.
///
/// @param sleepAfterNanos how long it must have had nothing to do to be taken for asleep; see
///                        [DutyMeter]
/// @param energy          of a byte
///
/// Immutable.
public record FlashMedium(long sleepAfterNanos, DeviceEnergy energy) {
    /// One of which nothing is known.
    public static final FlashMedium UNKNOWN = new FlashMedium(DutyMeter.NEVER, DeviceEnergy.NONE);
}

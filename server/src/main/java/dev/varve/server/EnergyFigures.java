package dev.varve.server;

import dev.varve.store.FlashMedium;
import dev.varve.tier.Compression.DeviceEnergy;
import dev.varve.tier.DutyMeter;

/// What energy a medium takes.
///
/// @param medium             its id
/// @param readJoulesPerByte  of what is read from it
/// @param writeJoulesPerByte of what is written to it
/// @param idleWattsPerByte   drawn while awake, for each byte of its capacity
/// @param sleep              what it saves when it has nothing to do
///
/// Immutable.
public record EnergyFigures(
        String medium,
        double readJoulesPerByte,
        double writeJoulesPerByte,
        double idleWattsPerByte,
        Sleep sleep) {

    /// What the store must know of it, if flash is made of it.
    FlashMedium ofFlash() {
        return new FlashMedium(sleep.afterNanos(), new DeviceEnergy(
                readJoulesPerByte, writeJoulesPerByte, idleWattsPerByte));
    }

    /// How a medium sleeps.
    ///
    /// @param afterNanos        how long it has nothing to do before it falls asleep: as long as it
    ///                          must sleep to save what waking it up takes
    /// @param wattsPerByte      drawn asleep, for each byte of its capacity
    /// @param wakeJoulesPerByte what waking it up takes, for each byte of its capacity
    /// @param wakeSeconds       how long what wakes it up waits for it
    public record Sleep(
            long afterNanos,
            double wattsPerByte,
            double wakeJoulesPerByte,
            double wakeSeconds) {
        /// Of a medium that does not.
        public static final Sleep NEVER = new Sleep(DutyMeter.NEVER, 0, 0, 0);
    }

    /// Says what is known of media; a catalogue does.
    @FunctionalInterface
    public interface Catalogue {
        /// Knows none; what is computed with it is zero.
        Catalogue NONE = id -> new EnergyFigures(id, 0, 0, 0, Sleep.NEVER);

        /// The figures of a medium.
        ///
        /// @throws IllegalArgumentException if there is none of this id
        EnergyFigures figures(String id);
    }
}

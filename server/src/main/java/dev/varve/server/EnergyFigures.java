package dev.varve.server;

/// What energy a medium takes.
///
/// @param medium             its id
/// @param readJoulesPerByte  of what is read from it
/// @param writeJoulesPerByte of what is written to it
/// @param idleWattsPerByte   drawn all the time, for each byte of its capacity
///
/// Immutable.
public record EnergyFigures(
        String medium,
        double readJoulesPerByte,
        double writeJoulesPerByte,
        double idleWattsPerByte) {

    /// Says what is known of media; a catalogue does.
    @FunctionalInterface
    public interface Catalogue {
        /// Knows none; what is computed with it is zero.
        Catalogue NONE = id -> new EnergyFigures(id, 0, 0, 0);

        /// The figures of a medium.
        ///
        /// @throws IllegalArgumentException if there is none of this id
        EnergyFigures figures(String id);
    }
}

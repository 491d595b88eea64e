package dev.varve.env;

/// Checks of what only a programmer's error could break. Always on; for conditions that cost
/// nothing.
public final class Invariant {
    private Invariant() {}

    /// @throws IllegalStateException if `holds` is false
    public static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}

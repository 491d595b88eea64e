package dev.varve.store;

/// Which blocks are compressed on flash.
public enum Compressing {
    /// Those for which it saves energy where energy is the goal, else none.
    AUTO,
    /// All that shrink.
    ALWAYS,
    NEVER
}

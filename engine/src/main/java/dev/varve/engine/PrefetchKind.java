package dev.varve.engine;

/// Why something is brought up before it is asked for.
public enum PrefetchKind {
    /// It was read after what is read now, the last time.
    CHAIN,
    /// A reader goes through its object from front to back.
    SEQUENTIAL,
    /// Readers of its object take ranges at equal distances.
    STRIDED,
    /// A client wants it brought up.
    HINT
}

package dev.varve.engine;

/// Why something is brought up before it is asked for.
public enum PrefetchKind {
    /// It was read after what is read now, the last time.
    CHAIN,
    /// A reader goes through its object from front to back.
    SEQUENTIAL,
    /// Readers of its object take ranges at equal distances.
    STRIDED,
    /// Its bucket is read in epochs, and this one has not read it yet.
    EPOCH,
    /// A client wants it brought up.
    HINT
}

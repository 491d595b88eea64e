package dev.varve.engine;

/// Hears of accesses while they happen.
///
/// Thread-safe: called from all threads at once.
@FunctionalInterface
public interface AccessListener {

    /// An access has succeeded or missed. Called on event loops: must not block, and must not fail.
    void accessed(Access access);
}

package dev.varve.replay;

/// How far a replay has come.
///
/// @param requests     finished
/// @param blocks       looked up
/// @param hits         of them served
/// @param bytesRead    values received
/// @param bytesWritten values sent
/// @param elapsedNanos since the beginning
///
/// Immutable.
public record ReplayProgress(
        long requests,
        long blocks,
        long hits,
        long bytesRead,
        long bytesWritten,
        long elapsedNanos) {}

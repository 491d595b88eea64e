package dev.varve.replay;

import java.util.Optional;

/// What came of putting a dataset and reading it back.
///
/// @param bytesWritten acknowledged
/// @param bytesRead    received
/// @param putNanos     time that all PUTs together took
/// @param getNanos     time that all GETs together took
/// @param put          latency of one PUT
/// @param get          latency of one GET
/// @param wrongBytes   received bytes that are not what was written, or that lack or are too many
/// @param failure      why it ended early, where it did
///
/// Immutable.
public record DatasetResult(
        long bytesWritten,
        long bytesRead,
        long putNanos,
        long getNanos,
        Latency put,
        Latency get,
        long wrongBytes,
        Optional<String> failure) {

    /// Where nothing was asked for.
    static final DatasetResult NONE = new DatasetResult(
            0, 0, 0, 0, Latency.NONE, Latency.NONE, 0, Optional.empty());

    /// Bytes acknowledged each second while writing.
    public double writtenPerSecond() {
        return putNanos == 0 ? 0 : bytesWritten * 1e9 / putNanos;
    }

    /// Bytes received each second while reading.
    public double readPerSecond() {
        return getNanos == 0 ? 0 : bytesRead * 1e9 / getNanos;
    }
}

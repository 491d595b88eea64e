package dev.varve.replay;

import java.util.Optional;

/// What came of a replay.
///
/// @param requests     finished
/// @param blocks       looked up: the blocks of all requests
/// @param hits         blocks that the server had, with no gap from the request's first block on
/// @param bytesRead    values received
/// @param bytesWritten values sent and acknowledged
/// @param elapsedNanos from the first request to the end of the last
/// @param tokens       prompt tokens of all requests
/// @param tokensSaved  those among them that hits stand for: prefill that is not computed again
/// @param wrongBytes   received bytes that are not what was written, or that lack or are too many
/// @param vanished     blocks that the server first said it had and then had not
/// @param refusals     commands answered with an error
/// @param exists       latency of EXISTS
/// @param get          latency of a GET that served a block
/// @param set          latency of SET
/// @param worstLagNanos how far the replay fell behind the pace that was asked for; 0 if it had
///                      none
/// @param firstRefusal the first of the error replies
/// @param loads        what the hits cost and stand for
/// @param failure      why the replay ended early, where it did; the rest says what came before
///
/// Immutable.
public record ReplayResult(
        long requests,
        long blocks,
        long hits,
        long bytesRead,
        long bytesWritten,
        long elapsedNanos,
        long tokens,
        long tokensSaved,
        long wrongBytes,
        long vanished,
        long refusals,
        Latency exists,
        Latency get,
        Latency set,
        long worstLagNanos,
        Optional<String> firstRefusal,
        Loads loads,
        Optional<String> failure) {

    /// What loading took, and the prefixes that it spared.
    ///
    /// @param existsNanos   all EXISTS together, also those that found nothing
    /// @param getNanos      all GETs that served a block
    /// @param squaredTokens the sum over all requests of the square of the tokens that hits stand
    ///                      for
    public record Loads(long existsNanos, long getNanos, double squaredTokens) {
        static final Loads NONE = new Loads(0, 0, 0);
    }

    /// Served blocks of all; 0 if there were none.
    public double hitRatio() {
        return blocks == 0 ? 0 : (double) hits / blocks;
    }

    /// Values read and written each second, in bytes.
    public double bytesPerSecond() {
        return elapsedNanos == 0 ? 0 : (bytesRead + bytesWritten) * 1e9 / elapsedNanos;
    }
}

package dev.varve.tier;

import java.time.Duration;

/// How fast a transfer goes that nobody waits for. Such a transfer is made in small pieces, so that
/// what somebody waits for is never behind more than one of them, and each piece is asked for.
///
/// Thread-safe.
@FunctionalInterface
public interface Pace {
    /// What somebody waits for: as fast as it goes, and in one piece.
    Pace FULL = _ -> {};

    /// The most that is transferred at a time. A device that reads 2 GB/s is busy with it for an
    /// eighth of a millisecond; smaller pieces cost more processor time for each byte.
    int PIECE_BYTES = 256 << 10;

    /// The longest that a piece is kept waiting, whatever happens.
    Duration LONGEST_WAIT = Duration.ofMillis(100);

    /// Waits until so many bytes more may be moved.
    void await(int bytes);

    /// Whether nothing is held back.
    default boolean isFull() {
        return equals(FULL);
    }

    /// The longest that a transfer of so many bytes is kept waiting.
    default Duration longestWait(long bytes) {
        return isFull()
                ? Duration.ZERO
                : LONGEST_WAIT.multipliedBy(bytes / PIECE_BYTES + 1);
    }
}

package dev.varve.policy;

import dev.varve.policy.Rival.Suits;

/// What can be told of the traffic before the first block has to leave, for [AutoPolicy] to begin
/// with the right policy.
///
/// Confined.
final class Beginning {
    /// That there is much to learn from before one has to leave. Of 2000 and 4096.
    private static final int MANY_BLOCKS = 4096;
    /// A client that keeps a label beside each block of a prompt tells the order of every second
    /// one; a few large values among others are no prompts.
    private static final int ORDERED_PART = 4;

    private long references;
    private long ordered;
    private long blocks;
    private double bytes;
    private double squares;

    /// A block was asked for.
    void referenced() {
        references++;
    }

    /// It was told what the last one followed.
    void ordered() {
        ordered++;
    }

    /// A block came in.
    void came(long sizeBytes) {
        blocks++;
        bytes += sizeBytes;
        squares += (double) sizeBytes * sizeBytes;
    }

    /// What the traffic looks like, now that a block has to leave.
    ///
    /// @param present how many there are
    Suits traffic(int present) {
        if (ordered > 0 && ordered * ORDERED_PART >= references) {
            return Suits.ORDER;
        }
        return present >= MANY_BLOCKS || sizesDiffer() ? Suits.VARIETY : Suits.ANY;
    }

    /// Whether their standard deviation is at least their mean.
    private boolean sizesDiffer() {
        return blocks > 0 && squares * blocks >= 2 * bytes * bytes;
    }
}

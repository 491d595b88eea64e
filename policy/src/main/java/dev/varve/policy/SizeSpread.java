package dev.varve.policy;

/// How much the sizes of blocks differ.
///
/// Confined.
final class SizeSpread {
    private long count;
    private double sum;
    private double squares;

    /// Counts a block.
    void add(long sizeBytes) {
        count++;
        sum += sizeBytes;
        squares += (double) sizeBytes * sizeBytes;
    }

    /// Whether their standard deviation is at least their mean.
    boolean isWide() {
        return count > 0 && squares * count >= 2 * sum * sum;
    }
}

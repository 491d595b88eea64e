package dev.varve.bytes;

/// A set of small integers that finds its lowest member quickly: one bit for each, and above them
/// levels of one bit for each 64 below. All operations take as many steps as there are levels, five
/// for a thousand million members. Takes 1.016 bits for each possible member.
///
/// Confined: the owner serialises all calls.
final class BitTree {
    private static final int SHIFT = 6;

    private final long[][] levels;

    /// @param size members are 0 to size - 1
    BitTree(long size) {
        int depth = 1;
        for (long words = words(size); words > 1; words = words(words)) {
            depth++;
        }
        levels = new long[depth][];
        long bits = size;
        for (int level = 0; level < depth; level++) {
            bits = words(bits);
            levels[level] = new long[Math.toIntExact(Math.max(1, bits))];
        }
    }

    boolean contains(long member) {
        return (levels[0][(int) (member >>> SHIFT)] & (1L << member)) != 0;
    }

    void add(long member) {
        long at = member;
        for (long[] level : levels) {
            int word = (int) (at >>> SHIFT);
            boolean wasEmpty = level[word] == 0;
            level[word] |= 1L << at;
            if (!wasEmpty) {
                return;
            }
            at = word;
        }
    }

    void remove(long member) {
        long at = member;
        for (long[] level : levels) {
            int word = (int) (at >>> SHIFT);
            level[word] &= ~(1L << at);
            if (level[word] != 0) {
                return;
            }
            at = word;
        }
    }

    /// The lowest member, or -1 when there is none.
    long lowest() {
        long word = 0;
        for (int level = levels.length - 1; level >= 0; level--) {
            long bits = levels[level][(int) word];
            if (bits == 0) {
                return -1;
            }
            word = (word << SHIFT) + Long.numberOfTrailingZeros(bits);
        }
        return word;
    }

    private static long words(long bits) {
        return (bits + Long.SIZE - 1) >>> SHIFT;
    }
}

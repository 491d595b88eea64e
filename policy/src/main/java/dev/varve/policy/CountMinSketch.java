package dev.varve.policy;

import java.util.Arrays;

/// How often ids were seen lately, by estimate: never less than it was, up to 15, before the last
/// halving. Four rows of four-bit counters, the least of four is the answer, and all are halved
/// when ten times as many were counted as there are words (Einziger, Friedman, Manes: "TinyLFU: a
/// highly efficient cache admission policy", ACM Transactions on Storage 13(4), 2017, section 3).
///
/// One word of eight bytes, with four counters for each row, for each block that is present: the
/// table doubles with them and keeps its counts, since an id's new place differs from its old one
/// only in the uppermost bit. No allocation but that.
///
/// Confined.
final class CountMinSketch {
    private static final int ROWS = 4;
    private static final int COUNTER_BITS = 4;
    private static final int MAX_COUNT = 15;
    private static final long ONES = 0x1111111111111111L;
    private static final long HALVES = 0x7777777777777777L;
    private static final int COUNTED_A_WORD = 10;

    private long[] words = new long[64];
    private long counted;

    /// Makes it large enough for so many blocks.
    void reserve(int blocks) {
        while (words.length < blocks) {
            int length = words.length;
            words = Arrays.copyOf(words, 2 * length);
            System.arraycopy(words, 0, words, length, length);
        }
    }

    void add(long id) {
        long hash = mix(id);
        long step = step(hash);
        boolean added = false;
        for (int row = 0; row < ROWS; row++) {
            int index = index(hash);
            int shift = shift(hash, row);
            if ((words[index] >>> shift & MAX_COUNT) < MAX_COUNT) {
                words[index] += 1L << shift;
                added = true;
            }
            hash += step;
        }
        if (added && ++counted >= (long) COUNTED_A_WORD * words.length) {
            halve();
        }
    }

    int estimate(long id) {
        long hash = mix(id);
        long step = step(hash);
        int least = MAX_COUNT;
        for (int row = 0; row < ROWS; row++) {
            least = Math.min(least, (int) (words[index(hash)] >>> shift(hash, row)) & MAX_COUNT);
            hash += step;
        }
        return least;
    }

    /// What an odd counter loses by halving was not counted, a quarter of an addition for each.
    private void halve() {
        long odd = 0;
        for (int i = 0; i < words.length; i++) {
            odd += Long.bitCount(words[i] & ONES);
            words[i] = words[i] >>> 1 & HALVES;
        }
        counted = (counted - odd / ROWS) / 2;
    }

    private int index(long hash) {
        return (int) hash & words.length - 1;
    }

    /// Which of its four counters in a word a row takes, bits that no index uses.
    private static int shift(long hash, int row) {
        return (row * ROWS + (int) (hash >>> 62)) * COUNTER_BITS;
    }

    /// Rows take places by double hashing (Kirsch, Mitzenmacher: "Less hashing, same performance",
    /// 2006).
    private static long step(long hash) {
        return Long.rotateLeft(hash, 32) | 1;
    }

    /// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
    private static long mix(long id) {
        long h = id + 0x9e3779b97f4a7c15L;
        h = (h ^ h >>> 30) * 0xbf58476d1ce4e5b9L;
        h = (h ^ h >>> 27) * 0x94d049bb133111ebL;
        return h ^ h >>> 31;
    }
}

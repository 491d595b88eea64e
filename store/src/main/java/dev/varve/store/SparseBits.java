package dev.varve.store;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// A set of numbers that lie close together, at little more than a bit each.
///
/// Confined to one thread.
final class SparseBits {
    private static final int PAGE_SHIFT = 16;
    private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;

    private final Map<Long, BitSet> pages = new HashMap<>();

    /// @param number 0 or more
    void add(long number) {
        pages.computeIfAbsent(number >>> PAGE_SHIFT, _ -> new BitSet())
                .set((int) number & PAGE_MASK);
    }

    boolean contains(long number) {
        var page = pages.get(number >>> PAGE_SHIFT);
        return page != null && page.get((int) number & PAGE_MASK);
    }
}

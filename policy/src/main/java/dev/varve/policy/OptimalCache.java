package dev.varve.policy;

import java.util.Arrays;

/// How many hits any cache could have at best that knows the whole future: of what it holds and
/// what comes in, that goes whose next use lies farthest ahead, so that what has none never comes
/// in (Belady: "A study of replacement algorithms for a virtual-storage computer", IBM Systems
/// Journal 5(2), 1966; with the choice not to keep what comes in, which a cache has and a page
/// table has not).
///
/// The bound is exact for blocks of one size. Finding it for mixed sizes is NP-hard.
public final class OptimalCache {
    private static final int NEVER = Integer.MAX_VALUE;

    /// References by their time, in a binary heap with the farthest first. Those in the past sink
    /// to its end by themselves.
    private int[] heap = new int[1024];
    private int heapSize;

    private OptimalCache() {}

    /// Runs a trace.
    ///
    /// @param ids            the blocks asked for, in order
    /// @param capacityBlocks at least 1
    /// @return how many of them were hits
    public static long hits(long[] ids, long capacityBlocks) {
        if (capacityBlocks < 1) {
            throw new IllegalArgumentException(
                    "capacity (" + capacityBlocks + " blocks) must be at least 1 block");
        }
        int[] blocks = numbers(ids);
        return new OptimalCache().run(blocks, nextUses(blocks), capacityBlocks);
    }

    private long run(int[] blocks, int[] nextUses, long capacityBlocks) {
        var present = new boolean[blocks.length];
        long count = 0;
        long hits = 0;
        for (int now = 0; now < blocks.length; now++) {
            int block = blocks[now];
            boolean comesBack = nextUses[now] != NEVER;
            hits += present[block] ? 1 : 0;
            count += (comesBack ? 1 : 0) - (present[block] ? 1 : 0);
            present[block] = comesBack;
            if (comesBack) {
                push(nextUses[now]);
            }
            if (count > capacityBlocks) {
                present[blocks[pop()]] = false;
                count--;
            }
        }
        return hits;
    }

    /// Numbers the different blocks from 0.
    private static int[] numbers(long[] ids) {
        var lists = new BlockLists(1);
        var blocks = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            int slot = lists.find(ids[i]);
            blocks[i] = (slot == BlockLists.ABSENT ? lists.add(0, ids[i], 0) : slot) - 1;
        }
        return blocks;
    }

    private static int[] nextUses(int[] blocks) {
        var nextUses = new int[blocks.length];
        var next = new int[blocks.length];
        Arrays.fill(next, NEVER);
        for (int i = blocks.length - 1; i >= 0; i--) {
            nextUses[i] = next[blocks[i]];
            next[blocks[i]] = i;
        }
        return nextUses;
    }

    private void push(int time) {
        if (heapSize == heap.length) {
            heap = Arrays.copyOf(heap, 2 * heapSize);
        }
        int at = heapSize++;
        while (at > 0 && heap[(at - 1) / 2] < time) {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        heap[at] = time;
    }

    private int pop() {
        int top = heap[0];
        int time = heap[--heapSize];
        int at = 0;
        for (int child; (child = 2 * at + 1) < heapSize; at = child) {
            if (child + 1 < heapSize && heap[child + 1] > heap[child]) {
                child++;
            }
            if (heap[child] <= time) {
                break;
            }
            heap[at] = heap[child];
        }
        heap[at] = time;
        return top;
    }
}

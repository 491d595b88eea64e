package dev.varve.policy;

import java.util.Arrays;

/// Evicts the block of the least worth: how often it was read, times what it costs to have it
/// again, for each byte that it takes, on a clock that stands at the worth of the last block
/// evicted, so that what nobody reads any more ages (Cherkasova: "Improving WWW proxies performance
/// with Greedy-Dual-Size-Frequency caching policy", HP Laboratories technical report 98-69R1,
/// section 3; after Cao, Irani, USITS 1997).
///
/// With all sizes and costs equal this is LFU with dynamic aging. Of blocks of equal worth the one
/// that was read longest ago goes. Cherkasova keeps a new block out if it is itself of the least
/// worth; here it comes in, since [#victim] is asked about present blocks only, and because a cache
/// of blocks that all were read twice would keep out every new one for ever.
///
/// A heap under the blocks: decisions take logarithmic time. About 64 bytes a block.
///
/// Confined: the caller serialises all calls.
public final class GdsfPolicy implements EvictionPolicy {
    private static final int PRESENT = 0;
    private static final int FIRST_SLOTS = 64;

    /// What it costs to have a block again.
    @FunctionalInterface
    public interface MissCost {
        /// @return in any unit, above 0
        double of(long id, long sizeBytes);

        /// Each miss costs the same, so that hits count.
        MissCost SAME = (_, _) -> 1;
    }

    private final BlockLists blocks = new BlockLists(1);
    private final MissCost cost;
    private double clock;
    private long reads;

    // By slot.
    private double[] worth = new double[FIRST_SLOTS];
    private long[] lastRead = new long[FIRST_SLOTS];
    private int[] frequency = new int[FIRST_SLOTS];
    private int[] place = new int[FIRST_SLOTS];

    /// Slots as a binary heap, the least worth first.
    private int[] heap = new int[FIRST_SLOTS];

    public GdsfPolicy(MissCost cost) {
        this.cost = cost;
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        add(id, sizeBytes, 1);
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            frequency[slot]++;
            value(slot);
            siftDown(place[slot]);
        }
    }

    @Override
    public void removed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            remove(slot);
        }
    }

    @Override
    public long victim() {
        if (count() == 0) {
            return NONE;
        }
        int slot = heap[0];
        long id = blocks.id(slot);
        clock = worth[slot];
        remove(slot);
        return id;
    }

    /// As if it came in and was read once.
    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!contains(id)) {
            add(id, sizeBytes, 2);
        }
    }

    @Override
    public boolean contains(long id) {
        return blocks.find(id) != BlockLists.ABSENT;
    }

    @Override
    public int count() {
        return blocks.count(PRESENT);
    }

    @Override
    public long bytes() {
        return blocks.bytes(PRESENT);
    }

    private void add(long id, long sizeBytes, int reads) {
        int slot = blocks.add(PRESENT, id, sizeBytes);
        if (slot >= worth.length) {
            int length = 2 * worth.length;
            worth = Arrays.copyOf(worth, length);
            lastRead = Arrays.copyOf(lastRead, length);
            frequency = Arrays.copyOf(frequency, length);
            place = Arrays.copyOf(place, length);
            heap = Arrays.copyOf(heap, length);
        }
        frequency[slot] = reads;
        value(slot);
        put(count() - 1, slot);
        siftUp(count() - 1);
    }

    private void remove(int slot) {
        int hole = place[slot];
        int last = heap[count() - 1];
        blocks.remove(slot);
        if (last != slot) {
            put(hole, last);
            siftDown(hole);
            siftUp(place[last]);
        }
    }

    private void value(int slot) {
        long sizeBytes = blocks.sizeBytes(slot);
        double each = cost.of(blocks.id(slot), sizeBytes) / Math.max(1, sizeBytes);
        worth[slot] = clock + frequency[slot] * each;
        lastRead[slot] = ++reads;
    }

    private void siftUp(int at) {
        int slot = heap[at];
        int child = at;
        while (child > 0 && isLess(slot, heap[(child - 1) / 2])) {
            put(child, heap[(child - 1) / 2]);
            child = (child - 1) / 2;
        }
        put(child, slot);
    }

    private void siftDown(int at) {
        int slot = heap[at];
        int size = count();
        int parent = at;
        for (int child; (child = 2 * parent + 1) < size; parent = child) {
            if (child + 1 < size && isLess(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isLess(heap[child], slot)) {
                break;
            }
            put(parent, heap[child]);
        }
        put(parent, slot);
    }

    private boolean isLess(int slot, int other) {
        return worth[slot] < worth[other]
                || (worth[slot] == worth[other] && lastRead[slot] < lastRead[other]);
    }

    private void put(int at, int slot) {
        heap[at] = slot;
        place[slot] = at;
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        for (int i = 0; i < count(); i++) {
            if (place[heap[i]] != i || (i > 0 && isLess(heap[i], heap[(i - 1) / 2]))) {
                return false;
            }
        }
        return blocks.consistent();
    }
}

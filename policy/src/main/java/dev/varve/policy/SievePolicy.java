package dev.varve.policy;

/// One queue in the order of arrival, and a hand that sweeps it from old to new: it takes the first
/// block that was not read since the hand last passed, and clears the bit of those that were.
/// Blocks stay where they are, so what survives a sweep parts from the new ones by itself (Zhang,
/// Yang, Yue, Vigfusson, Rashmi: "SIEVE is simpler than LRU", NSDI 2024, section 3.1, algorithm 1).
///
/// Confined: the caller serialises all calls.
public final class SievePolicy implements EvictionPolicy {
    private static final int PRESENT = 0;
    private static final int VISITED = 1;

    private final BlockLists blocks = new BlockLists(1);
    /// Where the next sweep begins; [BlockLists#ABSENT] for the oldest.
    private int hand = BlockLists.ABSENT;

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        blocks.add(PRESENT, id, sizeBytes);
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            blocks.mark(slot, VISITED);
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
        int slot = hand == BlockLists.ABSENT ? blocks.oldest(PRESENT) : hand;
        while (blocks.mark(slot) == VISITED) {
            blocks.mark(slot, 0);
            int next = blocks.newer(slot);
            slot = next == BlockLists.ABSENT ? blocks.oldest(PRESENT) : next;
        }
        long id = blocks.id(slot);
        hand = slot;
        remove(slot);
        return id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!contains(id)) {
            blocks.mark(blocks.add(PRESENT, id, sizeBytes), VISITED);
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

    private void remove(int slot) {
        if (slot == hand) {
            hand = blocks.newer(slot);
        }
        blocks.remove(slot);
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        return blocks.consistent();
    }
}

package dev.varve.policy;

/// Evicts the block that was not read for the longest time.
///
/// Confined: the caller serialises all calls.
public final class LruPolicy implements EvictionPolicy {
    private static final int PRESENT = 0;

    private final BlockLists blocks = new BlockLists(1);

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        blocks.add(PRESENT, id, sizeBytes);
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            blocks.moveTo(PRESENT, slot);
        }
    }

    @Override
    public void removed(long id) {
        blocks.forget(id);
    }

    @Override
    public long victim() {
        return blocks.takeOldest(PRESENT);
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (blocks.find(id) == BlockLists.ABSENT) {
            blocks.add(PRESENT, id, sizeBytes);
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

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        return blocks.consistent();
    }
}

package dev.varve.policy;

/// Two LRU lists, one of blocks read *once* since they came in and one of those read *twice* or
/// more, each with the ghosts of what it lost; a miss that hits a ghost moves the target between
/// the two towards the list whose ghost it was (Megiddo, Modha: "ARC: a self-tuning, low overhead
/// replacement cache", FAST 2003, section III, figure 4; there T1, T2, B1, B2 and p).
///
/// Everything that figure 4 counts in pages is counted in bytes here, and a ghost hit moves the
/// target by the size of its block times the whole ratio of the two ghost lists, as the paper's
/// arithmetic on pages does. The target moves with [#expected], before victims are named, or with
/// [#inserted] where nothing was expected. What figure 4 drops before it makes room (its case IV)
/// is dropped when the block comes in: the lists end the same, and no victim needs to know what it
/// makes room for. There are never more ghosts than present blocks when one comes in.
///
/// Confined: the caller serialises all calls.
public final class ArcPolicy implements EvictionPolicy {
    private static final int ONCE = 0;
    private static final int TWICE = 1;
    private static final int ONCE_GHOST = 2;
    private static final int TWICE_GHOST = 3;

    private final BlockLists blocks = new BlockLists(4);
    private long capacityBytes;
    /// What the blocks read once may take; from 0 to the capacity.
    private long onceTargetBytes;
    /// The block that was a ghost when it was expected, so that the target has moved for it.
    private long adaptedFor = NONE;
    private boolean expectsGhostOfTwice;

    /// @param capacityBytes what the blocks present may take together, at least 1
    public ArcPolicy(long capacityBytes) {
        Arguments.checkCapacity(capacityBytes);
        this.capacityBytes = capacityBytes;
    }

    @Override
    public void expected(long id, long sizeBytes) {
        adaptedFor = NONE;
        expectsGhostOfTwice = false;
        int slot = blocks.find(id);
        if (isGhost(slot)) {
            adapt(slot, sizeBytes);
            adaptedFor = id;
            expectsGhostOfTwice = blocks.listOf(slot) == TWICE_GHOST;
        }
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        int slot = blocks.find(id);
        if (slot == BlockLists.ABSENT) {
            blocks.add(ONCE, id, sizeBytes);
        } else if (isGhost(slot)) {
            if (id != adaptedFor) {
                adapt(slot, sizeBytes);
            }
            blocks.remove(slot);
            blocks.add(TWICE, id, sizeBytes);
        } else {
            throw Arguments.alreadyPresent(id);
        }
        adaptedFor = NONE;
        expectsGhostOfTwice = false;
        limitGhosts();
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        if (isPresent(slot)) {
            blocks.moveTo(TWICE, slot);
        }
    }

    /// Also forgets the block's ghost: what was deleted does not come back by itself.
    @Override
    public void removed(long id) {
        blocks.forget(id);
    }

    /// Figure 4's REPLACE.
    @Override
    public long victim() {
        if (count() == 0) {
            return NONE;
        }
        boolean isOnce = blocks.count(TWICE) == 0 || (blocks.count(ONCE) > 0 && isOnceTooLarge());
        int slot = blocks.oldest(isOnce ? ONCE : TWICE);
        blocks.moveTo(isOnce ? ONCE_GHOST : TWICE_GHOST, slot);
        return blocks.id(slot);
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        int slot = blocks.find(id);
        if (isPresent(slot)) {
            return;
        }
        if (isGhost(slot)) {
            blocks.remove(slot);
        }
        blocks.add(TWICE, id, sizeBytes);
    }

    @Override
    public void resized(long nextBytes) {
        Arguments.checkCapacity(nextBytes);
        onceTargetBytes = (long) ((double) onceTargetBytes / capacityBytes * nextBytes);
        capacityBytes = nextBytes;
    }

    @Override
    public boolean contains(long id) {
        return isPresent(blocks.find(id));
    }

    @Override
    public int count() {
        return blocks.count(ONCE) + blocks.count(TWICE);
    }

    @Override
    public long bytes() {
        return blocks.bytes(ONCE) + blocks.bytes(TWICE);
    }

    private boolean isOnceTooLarge() {
        long onceBytes = blocks.bytes(ONCE);
        return expectsGhostOfTwice ? onceBytes >= onceTargetBytes : onceBytes > onceTargetBytes;
    }

    private boolean isPresent(int slot) {
        return slot != BlockLists.ABSENT && blocks.listOf(slot) <= TWICE;
    }

    private boolean isGhost(int slot) {
        return slot != BlockLists.ABSENT && blocks.listOf(slot) > TWICE;
    }

    private void adapt(int ghost, long sizeBytes) {
        boolean wasOnce = blocks.listOf(ghost) == ONCE_GHOST;
        long own = blocks.bytes(wasOnce ? ONCE_GHOST : TWICE_GHOST);
        long other = blocks.bytes(wasOnce ? TWICE_GHOST : ONCE_GHOST);
        long ratio = own == 0 ? 1 : Math.max(1, other / own);
        // Beyond the capacity it makes no difference, and must not overflow.
        long step = ratio > capacityBytes / Math.max(1, sizeBytes)
                ? capacityBytes
                : ratio * sizeBytes;
        onceTargetBytes = wasOnce
                ? Math.min(capacityBytes, onceTargetBytes + step)
                : Math.max(0, onceTargetBytes - step);
    }

    /// Blocks read once and their ghosts stand for no more than the capacity, all together for no
    /// more than twice that.
    private void limitGhosts() {
        while (blocks.count(ONCE_GHOST) > 0
                && blocks.bytes(ONCE) + blocks.bytes(ONCE_GHOST) > capacityBytes) {
            blocks.remove(blocks.oldest(ONCE_GHOST));
        }
        while (blocks.count(TWICE_GHOST) > 0
                && bytes() + blocks.bytes(ONCE_GHOST) + blocks.bytes(TWICE_GHOST)
                        - capacityBytes > capacityBytes) {
            blocks.remove(blocks.oldest(TWICE_GHOST));
        }
        while (blocks.count(ONCE_GHOST) + blocks.count(TWICE_GHOST) > count()) {
            boolean moreOnce = blocks.count(ONCE_GHOST) > blocks.count(TWICE_GHOST);
            blocks.remove(blocks.oldest(moreOnce ? ONCE_GHOST : TWICE_GHOST));
        }
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        return blocks.consistent();
    }
}

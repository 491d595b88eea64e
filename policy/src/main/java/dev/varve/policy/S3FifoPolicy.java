package dev.varve.policy;

/// Three FIFO queues: new blocks prove themselves in a *small* one, those that were read more than
/// once move to *main*, and those that were not leave a *ghost* behind, an id without bytes, which
/// admits the block to main at once when it comes back soon (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO
/// queues are all you need for cache eviction", SOSP 2023, section 4).
///
/// As in the paper: small holds a tenth of the capacity and main the rest; a hit only counts, up to
/// 3; a block goes from small to main if its count exceeds 1, and starts there at 0; a block at
/// main's end goes round again with a count lower by 1 until the count is 0. The ghosts stand for
/// as many bytes as main may hold.
///
/// Three things follow from sizes in bytes and from [#victim] naming one block at a time. Capacity
/// is counted in bytes, so one large block can be more than a queue's share, and passes as in an
/// emptier cache. Where moving a block overfills main, main's own victim is the answer, and small
/// goes on shrinking with the next call. And there are never more ghosts than present blocks, so
/// that a flood of tiny ones cannot make the policy itself large.
///
/// Confined: the caller serialises all calls.
public final class S3FifoPolicy implements EvictionPolicy {
    private static final int SMALL = 0;
    private static final int MAIN = 1;
    private static final int GHOST = 2;

    private static final int MAX_MARK = 3;
    private static final int MOVE_ABOVE_MARK = 1;

    private final BlockLists blocks = new BlockLists(3);
    private long smallBytes;
    private long mainBytes;

    /// @param capacityBytes what the blocks present may take together, at least 1; the caller keeps
    ///        to it, the policy only divides it among its queues
    public S3FifoPolicy(long capacityBytes) {
        resize(capacityBytes);
    }

    private void resize(long capacityBytes) {
        Arguments.checkCapacity(capacityBytes);
        smallBytes = capacityBytes / 10;
        mainBytes = capacityBytes - smallBytes;
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        int slot = blocks.find(id);
        if (slot == BlockLists.ABSENT) {
            blocks.add(SMALL, id, sizeBytes);
        } else if (blocks.listOf(slot) == GHOST) {
            blocks.remove(slot);
            blocks.add(MAIN, id, sizeBytes);
        } else {
            throw Arguments.alreadyPresent(id);
        }
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        // A ghost's count would have no effect.
        if (slot != BlockLists.ABSENT && blocks.mark(slot) < MAX_MARK) {
            blocks.mark(slot, blocks.mark(slot) + 1);
        }
    }

    /// Also forgets the block's ghost: what was deleted does not come back by itself.
    @Override
    public void removed(long id) {
        blocks.forget(id);
    }

    @Override
    public long victim() {
        if (count() == 0) {
            return NONE;
        }
        long victim = NONE;
        if (blocks.bytes(SMALL) >= smallBytes || blocks.count(MAIN) == 0) {
            victim = victimOfSmall();
        }
        return victim == NONE ? victimOfMain() : victim;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT && blocks.listOf(slot) == GHOST) {
            blocks.remove(slot);
            slot = BlockLists.ABSENT;
        }
        if (slot == BlockLists.ABSENT) {
            blocks.add(MAIN, id, sizeBytes);
        }
    }

    @Override
    public void resized(long capacityBytes) {
        resize(capacityBytes);
    }

    @Override
    public boolean contains(long id) {
        int slot = blocks.find(id);
        return slot != BlockLists.ABSENT && blocks.listOf(slot) != GHOST;
    }

    @Override
    public int count() {
        return blocks.count(SMALL) + blocks.count(MAIN);
    }

    @Override
    public long bytes() {
        return blocks.bytes(SMALL) + blocks.bytes(MAIN);
    }

    private long victimOfSmall() {
        for (int slot; (slot = blocks.oldest(SMALL)) != BlockLists.ABSENT;) {
            if (blocks.mark(slot) <= MOVE_ABOVE_MARK) {
                long id = blocks.id(slot);
                blocks.moveTo(GHOST, slot);
                limitGhosts();
                return id;
            }
            blocks.mark(slot, 0);
            blocks.moveTo(MAIN, slot);
            if (blocks.bytes(MAIN) > mainBytes) {
                return victimOfMain();
            }
        }
        return NONE;
    }

    /// Ends, because each round lowers the counts. Main must not be empty.
    private long victimOfMain() {
        int slot = blocks.oldest(MAIN);
        while (blocks.mark(slot) > 0) {
            blocks.mark(slot, blocks.mark(slot) - 1);
            blocks.moveTo(MAIN, slot);
            slot = blocks.oldest(MAIN);
        }
        long id = blocks.id(slot);
        blocks.remove(slot);
        return id;
    }

    private void limitGhosts() {
        while (blocks.bytes(GHOST) > mainBytes || blocks.count(GHOST) > count()) {
            blocks.remove(blocks.oldest(GHOST));
        }
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        return blocks.consistent();
    }
}

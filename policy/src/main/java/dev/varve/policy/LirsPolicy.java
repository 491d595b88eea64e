package dev.varve.policy;

/// Keeps the blocks whose last two reads lay closest together, not those that were read last: by
/// far the most of memory is for blocks of low inter-reference recency (*LIR*), the rest for the
/// others (*HIR*), which come and go and become LIR when they return soon enough (Jiang, Zhang:
/// "LIRS: an efficient low inter-reference recency set replacement policy", SIGMETRICS 2002,
/// section 3).
///
/// The *stack* orders by recency the LIR blocks and whatever was read since the oldest of them: it
/// always ends in a LIR block. The *queue* holds the HIR blocks that are present, in the order in
/// which they go. A block that goes while it is in the stack leaves a ghost there.
///
/// As in the paper HIR blocks get 1 % of the capacity. As in its authors' program there is a bound
/// on the ghosts, which stand for twice the capacity, and a block read twice in a row does not
/// become LIR for that. There are never more than twice as many ghosts as present blocks when one
/// comes in.
///
/// Confined: the caller serialises all calls.
public final class LirsPolicy implements EvictionPolicy {
    private static final double LIR_SHARE = 0.99;

    private static final int STACK = 0;
    private static final int LIR = 0;
    private static final int HIR = 1;
    private static final int GHOST = 2;

    private static final int QUEUE = 0;
    private static final int GHOSTS = 1;

    /// Marks: LIR, HIR, GHOST.
    private final BlockLists stack = new BlockLists(1);
    /// HIR blocks, in the stack or not, and ghosts, which all are in the stack.
    private final BlockLists others = new BlockLists(2);
    private long capacityBytes;
    private long lirCapacityBytes;
    private long lirBytes;
    private int lirCount;

    /// @param capacityBytes what the blocks present may take together, at least 1
    public LirsPolicy(long capacityBytes) {
        resize(capacityBytes);
    }

    private void resize(long nextBytes) {
        Arguments.checkCapacity(nextBytes);
        capacityBytes = nextBytes;
        lirCapacityBytes = (long) (nextBytes * LIR_SHARE);
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        boolean wasGhost = forgetGhost(id);
        if (wasGhost || lirBytes <= lirCapacityBytes - sizeBytes) {
            addLir(id, sizeBytes);
        } else {
            stack.mark(stack.add(STACK, id, sizeBytes), HIR);
            others.add(QUEUE, id, sizeBytes);
            prune();
        }
        limitGhosts();
    }

    @Override
    public void accessed(long id) {
        int slot = stack.find(id);
        if (slot != BlockLists.ABSENT && stack.mark(slot) == LIR) {
            stack.moveTo(STACK, slot);
            prune();
            return;
        }
        int other = others.find(id);
        if (other == BlockLists.ABSENT || others.listOf(other) == GHOSTS) {
            return;
        }
        boolean isTop = slot != BlockLists.ABSENT && stack.newer(slot) == BlockLists.ABSENT;
        if (slot == BlockLists.ABSENT) {
            stack.mark(stack.add(STACK, id, others.sizeBytes(other)), HIR);
            others.moveTo(QUEUE, other);
        } else if (isTop) {
            others.moveTo(QUEUE, other);
        } else {
            others.remove(other);
            stack.moveTo(STACK, slot);
            becomeLir(slot);
        }
    }

    /// Also forgets the block's ghost: what was deleted does not come back by itself.
    @Override
    public void removed(long id) {
        int slot = stack.find(id);
        if (slot != BlockLists.ABSENT) {
            if (stack.mark(slot) == LIR) {
                lirBytes -= stack.sizeBytes(slot);
                lirCount--;
            }
            stack.remove(slot);
        }
        int other = others.find(id);
        if (other != BlockLists.ABSENT) {
            others.remove(other);
        }
        prune();
    }

    @Override
    public long victim() {
        if (count() == 0) {
            return NONE;
        }
        if (others.count(QUEUE) == 0) {
            demoteOldestLir();
        }
        int other = others.oldest(QUEUE);
        long id = others.id(other);
        int slot = stack.find(id);
        if (slot == BlockLists.ABSENT) {
            others.remove(other);
        } else {
            stack.mark(slot, GHOST);
            others.moveTo(GHOSTS, other);
        }
        return id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!contains(id)) {
            forgetGhost(id);
            addLir(id, sizeBytes);
        }
    }

    @Override
    public void resized(long nextBytes) {
        resize(nextBytes);
    }

    @Override
    public boolean contains(long id) {
        int slot = stack.find(id);
        return slot == BlockLists.ABSENT
                ? others.find(id) != BlockLists.ABSENT
                : stack.mark(slot) != GHOST;
    }

    @Override
    public int count() {
        return lirCount + others.count(QUEUE);
    }

    @Override
    public long bytes() {
        return lirBytes + others.bytes(QUEUE);
    }

    private boolean forgetGhost(long id) {
        int slot = stack.find(id);
        if (slot == BlockLists.ABSENT) {
            return false;
        }
        stack.remove(slot);
        others.remove(others.find(id));
        return true;
    }

    private void addLir(long id, long sizeBytes) {
        becomeLir(stack.add(STACK, id, sizeBytes));
    }

    /// For a block on top of the stack. Other LIR blocks make room, and it does itself if it is
    /// larger than that room can be.
    private void becomeLir(int slot) {
        stack.mark(slot, LIR);
        lirBytes += stack.sizeBytes(slot);
        lirCount++;
        prune();
        while (lirBytes > lirCapacityBytes) {
            demoteOldestLir();
        }
    }

    private void demoteOldestLir() {
        int slot = stack.oldest(STACK);
        lirBytes -= stack.sizeBytes(slot);
        lirCount--;
        others.add(QUEUE, stack.id(slot), stack.sizeBytes(slot));
        stack.remove(slot);
        prune();
    }

    /// Lets the stack end in a LIR block.
    private void prune() {
        int slot;
        while ((slot = stack.oldest(STACK)) != BlockLists.ABSENT && stack.mark(slot) != LIR) {
            if (stack.mark(slot) == GHOST) {
                others.remove(others.find(stack.id(slot)));
            }
            stack.remove(slot);
        }
    }

    private void limitGhosts() {
        while (others.bytes(GHOSTS) - capacityBytes > capacityBytes
                || others.count(GHOSTS) / 2 > count()) {
            forgetGhost(others.id(others.oldest(GHOSTS)));
        }
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        return stack.consistent() && others.consistent()
                && others.count(GHOSTS) <= stack.count(STACK) - lirCount;
    }
}

package dev.varve.policy;

/// All blocks on one clock by recency, hot or cold, and three hands that sweep it from old to new.
/// The *cold* hand evicts cold blocks that were not read. A block that came in or was read lately
/// is *in test*: read once more meanwhile, even if only its ghost is left, it becomes hot. The
/// *hot* hand makes room for that by turning hot blocks that were not read into cold ones, and ends
/// the test of the cold ones it passes; the *test* hand ends tests when there are too many ghosts
/// (Jiang, Chen, Zhang: "CLOCK-Pro: an effective improvement of the CLOCK replacement", USENIX ATC
/// 2005, section 4).
///
/// How much of the memory is for cold blocks adapts as ARC does: more when a ghost is hit, less
/// when a hot block that was turned cold is read after all (Li: "CLOCK-Pro+: improving CLOCK-Pro
/// cache replacement with utility-driven adaptation", SYSTOR 2019, section 3). It stays between 1 %
/// of the capacity, but two blocks, and half of it; the ghosts stand for as many bytes as the
/// capacity, and there are never more of them than present blocks. Both are those of the author's
/// program.
///
/// Until the first victim is asked for, new blocks are hot as long as there is room for the cold
/// ones.
///
/// Confined: the caller serialises all calls.
public final class ClockProPlusPolicy implements EvictionPolicy {
    private static final int CLOCK = 0;

    // What a block is; its mark is twice that, plus 1 if it was read since a hand last passed.
    private static final int HOT = 0;
    private static final int COLD = 1;
    private static final int DEMOTED = 2;
    private static final int IN_TEST = 3;
    private static final int GHOST = 4;
    private static final int KINDS = 5;

    private final BlockLists blocks = new BlockLists(1);
    private final long[] bytes = new long[KINDS];
    private final int[] counts = new int[KINDS];
    private long capacityBytes;
    /// What the cold blocks should take.
    private long coldTargetBytes;
    private boolean isFull;

    // The hands: the oldest slot of its kind, or ABSENT if there is none.
    private int coldHand = BlockLists.ABSENT;
    private int hotHand = BlockLists.ABSENT;
    private int testHand = BlockLists.ABSENT;

    /// @param capacityBytes what the blocks present may take together, at least 1
    public ClockProPlusPolicy(long capacityBytes) {
        Arguments.checkCapacity(capacityBytes);
        this.capacityBytes = capacityBytes;
        coldTargetBytes = minColdBytes(0);
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        int slot = blocks.find(id);
        boolean isHot;
        if (slot == BlockLists.ABSENT) {
            isHot = !isFull && bytes() <= capacityBytes - sizeBytes - minColdBytes(sizeBytes);
        } else if (kind(slot) == GHOST) {
            isHot = makesRoomAmongHot(slot);
            forgetGhost(id);
        } else {
            throw Arguments.alreadyPresent(id);
        }
        add(isHot ? HOT : IN_TEST, id, sizeBytes);
        settleHands();
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT && kind(slot) != GHOST) {
            blocks.mark(slot, blocks.mark(slot) | 1);
        }
    }

    /// Also forgets the block's ghost: what was deleted does not come back by itself.
    @Override
    public void removed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            remove(slot);
            settleHands();
        }
    }

    @Override
    public long victim() {
        if (count() == 0) {
            return NONE;
        }
        isFull = true;
        long victim = NONE;
        while (victim == NONE) {
            while (coldHand == BlockLists.ABSENT) {
                // Only where the caller keeps more free than the cold blocks may take.
                runHotHand(BlockLists.ABSENT);
                settleHands();
            }
            victim = runColdHand();
        }
        return victim;
    }

    /// As if it had been read during its test.
    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!contains(id)) {
            forgetGhost(id);
            int slot = add(IN_TEST, id, sizeBytes);
            blocks.mark(slot, blocks.mark(slot) | 1);
            settleHands();
        }
    }

    @Override
    public void resized(long nextBytes) {
        Arguments.checkCapacity(nextBytes);
        coldTargetBytes = (long) ((double) coldTargetBytes / capacityBytes * nextBytes);
        capacityBytes = nextBytes;
    }

    @Override
    public boolean contains(long id) {
        int slot = blocks.find(id);
        return slot != BlockLists.ABSENT && kind(slot) != GHOST;
    }

    @Override
    public int count() {
        return blocks.count(CLOCK) - counts[GHOST];
    }

    @Override
    public long bytes() {
        return blocks.bytes(CLOCK) - bytes[GHOST];
    }

    /// Looks at one cold block.
    ///
    /// @return its id if it is the victim, else [#NONE]
    private long runColdHand() {
        int slot = coldHand;
        long victim = NONE;
        if (wasRead(slot)) {
            if (kind(slot) == IN_TEST) {
                boolean isHot = makesRoomAmongHot(slot);
                moveToNewest(slot, isHot ? HOT : IN_TEST);
            } else {
                countReadOfDemoted(slot);
                moveToNewest(slot, IN_TEST);
            }
        } else {
            victim = blocks.id(slot);
            if (kind(slot) == IN_TEST) {
                become(slot, GHOST);
                coldHand = next(slot);
            } else {
                remove(slot);
            }
            limitGhosts();
        }
        settleColdHand();
        return victim;
    }

    /// Turns hot blocks cold until there is room among them for a block, which is a ghost or cold.
    ///
    /// @return whether there is now; not if the hot hand had to end the block's own test
    private boolean makesRoomAmongHot(int slot) {
        if (!isInTest(slot)) {
            return false;
        }
        long id = blocks.id(slot);
        long sizeBytes = blocks.sizeBytes(slot);
        if (kind(slot) == GHOST) {
            growColdTarget(sizeBytes);
        }
        while (bytes[HOT] > capacityBytes - sizeBytes - coldTargetBytes(sizeBytes)) {
            if (blocks.find(id) != slot || !isInTest(slot) || !runHotHand(slot)) {
                return false;
            }
        }
        return true;
    }

    /// Looks for a hot block that was not read, and turns it cold.
    ///
    /// @param end where it must be found before
    private boolean runHotHand(int end) {
        boolean found = false;
        while (!found && hotHand != end && hotHand != BlockLists.ABSENT) {
            int slot = hotHand;
            if (kind(slot) != HOT) {
                if (wasRead(slot)) {
                    countReadOfDemoted(slot);
                }
                hotHand = next(slot);
                endTest(slot);
            } else if (wasRead(slot)) {
                moveToNewest(slot, HOT);
            } else {
                moveToNewest(slot, DEMOTED);
                found = true;
            }
        }
        settleHotHand();
        return found;
    }

    private void endTest(int slot) {
        if (kind(slot) == IN_TEST) {
            become(slot, COLD);
        } else if (kind(slot) == GHOST) {
            remove(slot);
        }
    }

    private void limitGhosts() {
        while (bytes[GHOST] > capacityBytes || counts[GHOST] > count() + 1) {
            settleTestHand();
            endTest(testHand);
            settleTestHand();
        }
    }

    private void countReadOfDemoted(int slot) {
        if (kind(slot) == DEMOTED) {
            long sizeBytes = blocks.sizeBytes(slot);
            long step = step(bytes[GHOST], bytes[DEMOTED], sizeBytes);
            coldTargetBytes = Math.max(
                    coldTargetBytes(sizeBytes) - step, minColdBytes(sizeBytes));
            become(slot, COLD);
        }
    }

    private void growColdTarget(long sizeBytes) {
        long step = step(bytes[DEMOTED], bytes[GHOST], sizeBytes);
        long most = Math.min(capacityBytes - minColdBytes(sizeBytes), capacityBytes / 2);
        coldTargetBytes = Math.min(coldTargetBytes(sizeBytes) + step, most);
    }

    private long step(long dividend, long divisor, long sizeBytes) {
        long ratio = divisor == 0 ? 1 : Math.max(1, dividend / divisor);
        // Beyond the capacity it makes no difference, and must not overflow.
        return ratio > capacityBytes / Math.max(1, sizeBytes) ? capacityBytes : ratio * sizeBytes;
    }

    private long coldTargetBytes(long sizeBytes) {
        return Math.max(coldTargetBytes, minColdBytes(sizeBytes));
    }

    private long minColdBytes(long sizeBytes) {
        return Math.max(capacityBytes / 100, Math.min(capacityBytes / 2, 2 * sizeBytes));
    }

    private void settleHands() {
        settleColdHand();
        settleHotHand();
        settleTestHand();
    }

    private void settleColdHand() {
        if (counts[COLD] + counts[DEMOTED] + counts[IN_TEST] == 0) {
            coldHand = BlockLists.ABSENT;
            return;
        }
        if (coldHand == BlockLists.ABSENT) {
            // There was no cold block, so that the first of them has just come.
            coldHand = blocks.newest(CLOCK);
        }
        while (kind(coldHand) == HOT || kind(coldHand) == GHOST) {
            coldHand = next(coldHand);
        }
    }

    private void settleHotHand() {
        if (counts[HOT] == 0) {
            hotHand = BlockLists.ABSENT;
            return;
        }
        if (hotHand == BlockLists.ABSENT) {
            hotHand = blocks.oldest(CLOCK);
        }
        while (kind(hotHand) != HOT) {
            int passed = hotHand;
            hotHand = next(passed);
            endTest(passed);
        }
        settleTestHand();
    }

    private void settleTestHand() {
        if (counts[IN_TEST] + counts[GHOST] == 0) {
            testHand = BlockLists.ABSENT;
            return;
        }
        if (testHand == BlockLists.ABSENT) {
            testHand = hotHand == BlockLists.ABSENT ? blocks.oldest(CLOCK) : hotHand;
        }
        while (!isInTest(testHand)) {
            testHand = next(testHand);
        }
    }

    /// The next younger slot, and after the newest the oldest.
    private int next(int slot) {
        int next = blocks.newer(slot);
        return next == BlockLists.ABSENT ? blocks.oldest(CLOCK) : next;
    }

    private int kind(int slot) {
        return blocks.mark(slot) >> 1;
    }

    private boolean wasRead(int slot) {
        return (blocks.mark(slot) & 1) != 0;
    }

    private boolean isInTest(int slot) {
        return kind(slot) >= IN_TEST;
    }

    private int add(int kind, long id, long sizeBytes) {
        int slot = blocks.add(CLOCK, id, sizeBytes);
        blocks.mark(slot, kind << 1);
        bytes[kind] += sizeBytes;
        counts[kind]++;
        return slot;
    }

    /// Keeps whether it was read.
    private void become(int slot, int kind) {
        uncount(slot);
        blocks.mark(slot, (kind << 1) | (blocks.mark(slot) & 1));
        bytes[kind] += blocks.sizeBytes(slot);
        counts[kind]++;
    }

    private void moveToNewest(int slot, int kind) {
        moveHandsOn(slot);
        blocks.moveTo(CLOCK, slot);
        become(slot, kind);
        blocks.mark(slot, kind << 1);
    }

    private void forgetGhost(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            remove(slot);
        }
    }

    private void remove(int slot) {
        moveHandsOn(slot);
        uncount(slot);
        blocks.remove(slot);
    }

    private void uncount(int slot) {
        bytes[kind(slot)] -= blocks.sizeBytes(slot);
        counts[kind(slot)]--;
    }

    private void moveHandsOn(int slot) {
        int next = next(slot);
        int other = next == slot ? BlockLists.ABSENT : next;
        coldHand = coldHand == slot ? other : coldHand;
        hotHand = hotHand == slot ? other : hotHand;
        testHand = testHand == slot ? other : testHand;
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        long sum = 0;
        int count = 0;
        for (int kind = 0; kind < KINDS; kind++) {
            sum += bytes[kind];
            count += counts[kind];
        }
        return blocks.consistent() && sum == blocks.bytes(CLOCK) && count == blocks.count(CLOCK);
    }
}

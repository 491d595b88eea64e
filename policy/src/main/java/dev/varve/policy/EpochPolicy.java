package dev.varve.policy;

/// Evicts first what the present epoch has read, where blocks are read in epochs: it comes back
/// latest of all (see [EpochRecogniser]). Elsewhere, what was not read for the longest time.
///
/// In an epoch of any order, a block that was read returns after the rest of this epoch and a part
/// of the next one, and one that was not, within this one; Belady's rule (IBM Systems Journal 5,
/// 1966) needs no more than that. Of those that were read, the latest goes first, because in a loop
/// it returns last; but for the last few, which may still be read in parts.
///
/// A block that was brought up ahead of its reader stays until after that.
///
/// It hears of references only, and remembers as many blocks as [#SETS] such caches hold: of a
/// larger set nearly nothing is found anyway.
///
/// Confined: the caller serialises all calls.
public final class EpochPolicy implements EvictionPolicy {
    /// Both by when they were read: those in `LATEST` after those in `READ`.
    private static final int READ = 0;
    private static final int LATEST = 1;
    /// Not to go, though most of the others are: until their reader comes, or epochs end.
    private static final int KEPT = 2;
    /// How many times as many blocks as are present a set may have.
    private static final int SETS = 16;
    /// One so many-th part of the blocks present is in `LATEST`.
    private static final int LATEST_SHARE = 64;
    private static final int LEAST_KNOWN = 1024;

    private final BlockLists blocks = new BlockLists(3);
    private final EpochRecogniser epochs = new EpochRecogniser(
            () -> Math.max(LEAST_KNOWN, SETS * count()));

    /// Blocks read since the set was gone through.
    private int round;
    private long misses;

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        blocks.add(LATEST, id, sizeBytes);
        settle();
        read(id);
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            touch(slot);
            read(id);
        }
    }

    @Override
    public void broughtUp(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT && epochs.isSure()) {
            blocks.moveTo(KEPT, slot);
        }
    }

    @Override
    public void reached(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            touch(slot);
            epochs.reached(id);
        }
    }

    @Override
    public void removed(long id) {
        blocks.forget(id);
    }

    @Override
    public long victim() {
        if (!epochs.isSure()) {
            return first(KEPT, READ, LATEST);
        }
        int newest = blocks.newest(READ);
        if (newest != BlockLists.ABSENT && epochs.hasRead(blocks.id(newest))) {
            long id = blocks.id(newest);
            blocks.remove(newest);
            return id;
        }
        return first(LATEST, KEPT, READ);
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!contains(id)) {
            blocks.add(epochs.isSure() ? KEPT : LATEST, id, sizeBytes);
            settle();
        }
    }

    @Override
    public long sureMisses() {
        return epochs.isSure() ? misses : UNSURE;
    }

    @Override
    public boolean contains(long id) {
        return blocks.find(id) != BlockLists.ABSENT;
    }

    @Override
    public int count() {
        return blocks.count(READ) + blocks.count(LATEST) + blocks.count(KEPT);
    }

    @Override
    public long bytes() {
        return blocks.bytes(READ) + blocks.bytes(LATEST) + blocks.bytes(KEPT);
    }

    /// In an epoch of any length, as many blocks are found as are present.
    private void read(long id) {
        boolean isFirst = epochs.read(id);
        if (!epochs.isSure()) {
            round = 0;
        } else if (isFirst && ++round >= epochs.setBlocks()) {
            misses += Math.max(0, round - count());
            round = 0;
        }
    }

    private void touch(int slot) {
        blocks.moveTo(LATEST, slot);
        settle();
    }

    private void settle() {
        if (blocks.count(LATEST) > 1 + count() / LATEST_SHARE) {
            blocks.moveTo(READ, blocks.oldest(LATEST));
        }
    }

    private long first(int list, int next, int last) {
        int from = blocks.count(list) > 0 ? list : blocks.count(next) > 0 ? next : last;
        return blocks.takeOldest(from);
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        return blocks.consistent();
    }
}

package dev.varve.policy;

/// Evicts what a shadow does not have, so that the blocks present become those of the shadow
/// (Subramanian, Smaragdakis, Loh: "Adaptive caches: effective shaping of cache behavior to
/// workloads", MICRO 2006, section 2). The shadow hears of every reference, so a policy that is
/// followed from now on has a history already, and changing one's mind costs little.
///
/// The blocks present are in one of two lists. *Strays* left the shadow, and go first, oldest
/// first. *Kept* ones were in the shadow when last looked at. After a change of shadow both lists
/// are wrong; each call puts a few blocks right.
///
/// Confined.
final class Following implements EvictionPolicy {
    private static final int KEPT = 0;
    private static final int STRAY = 1;

    /// Blocks looked at with a call.
    private static final int STEP = 8;

    private final BlockLists present = new BlockLists(2);
    private Shadow leader;
    /// Kept blocks not yet looked at since the shadow changed.
    private int unchecked;

    Following(Shadow leader) {
        this.leader = leader;
    }

    void follow(Shadow next) {
        leader = next;
        unchecked = present.count(KEPT);
    }

    /// The shadow let go of a block.
    void left(long id) {
        int slot = present.find(id);
        if (slot != BlockLists.ABSENT) {
            present.moveTo(STRAY, slot);
        }
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        present.add(leader.contains(id) ? KEPT : STRAY, id, sizeBytes);
        check();
    }

    /// Comes after the shadow has heard of it.
    @Override
    public void accessed(long id) {
        int slot = present.find(id);
        if (slot != BlockLists.ABSENT) {
            present.moveTo(leader.contains(id) ? KEPT : STRAY, slot);
        }
        check();
    }

    @Override
    public void removed(long id) {
        present.forget(id);
    }

    @Override
    public long victim() {
        check();
        for (int i = 0; i < STEP; i++) {
            int slot = present.oldest(STRAY);
            if (slot == BlockLists.ABSENT) {
                break;
            }
            if (!leader.contains(present.id(slot))) {
                return take(slot);
            }
            present.moveTo(KEPT, slot);
        }
        // The shadow has all that is present, so it may not be the larger one.
        for (int i = 0; i < STEP * STEP; i++) {
            long id = leader.evict();
            if (id == NONE) {
                break;
            }
            int slot = present.find(id);
            if (slot != BlockLists.ABSENT) {
                return take(slot);
            }
        }
        int slot = present.oldest(STRAY);
        if (slot == BlockLists.ABSENT) {
            slot = present.oldest(KEPT);
        }
        return slot == BlockLists.ABSENT ? NONE : take(slot);
    }

    private long take(int slot) {
        long id = present.id(slot);
        present.remove(slot);
        return id;
    }

    private void check() {
        for (int i = 0; i < STEP && unchecked > 0; i++) {
            unchecked--;
            int slot = present.oldest(KEPT);
            if (slot == BlockLists.ABSENT) {
                unchecked = 0;
                return;
            }
            present.moveTo(leader.contains(present.id(slot)) ? KEPT : STRAY, slot);
        }
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (present.find(id) == BlockLists.ABSENT) {
            leader.spare(id, sizeBytes);
            present.add(KEPT, id, sizeBytes);
        }
    }

    @Override
    public boolean contains(long id) {
        return present.find(id) != BlockLists.ABSENT;
    }

    @Override
    public int count() {
        return present.count(KEPT) + present.count(STRAY);
    }

    @Override
    public long bytes() {
        return present.bytes(KEPT) + present.bytes(STRAY);
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        return present.consistent();
    }
}

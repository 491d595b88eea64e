package dev.varve.policy;

/// A policy that takes over from another, a few blocks with each call, in the order in which the
/// old one would have evicted them. Until it is done, both have some of the blocks.
///
/// The first tenth comes in as new blocks do. The rest, which the old policy thought better of,
/// comes in as [EvictionPolicy#spared]: else a policy that makes new blocks prove themselves would
/// let go of nearly everything.
///
/// While it lasts, victims come from the new policy, which has the worst of the old one's blocks.
///
/// Confined.
final class Handover implements EvictionPolicy {
    /// Blocks that change hands with a call.
    private static final int STEP = 4;
    /// The part that comes in as new.
    private static final int NEW_SHARE = 10;

    private final EvictionPolicy source;
    private final EvictionPolicy target;
    private int asNew;

    Handover(EvictionPolicy source, EvictionPolicy target) {
        this.source = source;
        this.target = target;
        asNew = source.count() / NEW_SHARE;
    }

    EvictionPolicy target() {
        return target;
    }

    boolean isDone() {
        return source.count() == 0;
    }

    private void step() {
        for (int i = 0; i < STEP; i++) {
            long bytes = source.bytes();
            long id = source.victim();
            if (id == NONE) {
                return;
            }
            long sizeBytes = bytes - source.bytes();
            if (asNew-- > 0) {
                target.inserted(id, sizeBytes);
            } else {
                target.spared(id, sizeBytes);
            }
        }
    }

    @Override
    public void follows(long id, long predecessor) {
        target.follows(id, predecessor);
    }

    @Override
    public void broughtUp(long id) {
        (source.contains(id) ? source : target).broughtUp(id);
    }

    @Override
    public void reached(long id) {
        (source.contains(id) ? source : target).reached(id);
    }

    @Override
    public void expected(long id, long sizeBytes) {
        target.expected(id, sizeBytes);
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        if (source.contains(id)) {
            throw Arguments.alreadyPresent(id);
        }
        target.inserted(id, sizeBytes);
        step();
    }

    @Override
    public void accessed(long id) {
        (source.contains(id) ? source : target).accessed(id);
        step();
    }

    @Override
    public void removed(long id) {
        source.removed(id);
        target.removed(id);
    }

    @Override
    public long victim() {
        step();
        long id = target.victim();
        return id == NONE ? source.victim() : id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        if (!source.contains(id)) {
            target.spared(id, sizeBytes);
        }
    }

    @Override
    public void resized(long capacityBytes) {
        target.resized(capacityBytes);
    }

    @Override
    public long sureMisses() {
        return target.sureMisses();
    }

    @Override
    public boolean contains(long id) {
        return target.contains(id) || source.contains(id);
    }

    @Override
    public int count() {
        return source.count() + target.count();
    }

    @Override
    public long bytes() {
        return source.bytes() + target.bytes();
    }
}

package dev.varve.policy;

/// A policy in front of which blocks wait that [FlashAdmission] has told to: they are not worth a
/// write to flash yet, and would be lost without one. So memory finds out what is worth one, and
/// keeps little else: what has a copy on flash already may leave for them.
///
/// What is spared waits, up to a share of the capacity, and goes in the order in which it came. Who
/// is read while it waits goes back to the policy.
///
/// Confined: the caller serialises all calls.
public final class WaitingRoom implements EvictionPolicy {
    /// Of 1/2, 3/4 and 9/10, on conversations and on block traces (`docs/placement.md`).
    private static final double SHARE = 0.75;

    private final EvictionPolicy policy;
    private final long roomBytes;
    private final BlockLists waiting = new BlockLists(1);

    /// @param policy        decides about all that does not wait
    /// @param capacityBytes what blocks may take together, waiting or not; at least 1
    public WaitingRoom(EvictionPolicy policy, long capacityBytes) {
        Arguments.checkCapacity(capacityBytes);
        this.policy = policy;
        roomBytes = (long) (SHARE * capacityBytes);
    }

    @Override
    public void expected(long id, long sizeBytes) {
        if (!isWaiting(id)) {
            policy.expected(id, sizeBytes);
        }
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        policy.inserted(id, sizeBytes);
    }

    @Override
    public void accessed(long id) {
        int slot = waiting.find(id);
        if (slot == BlockLists.ABSENT) {
            policy.accessed(id);
        } else {
            long sizeBytes = waiting.sizeBytes(slot);
            waiting.remove(slot);
            policy.inserted(id, sizeBytes);
        }
    }

    @Override
    public void follows(long id, long predecessor) {
        policy.follows(id, predecessor);
    }

    @Override
    public void broughtUp(long id) {
        policy.broughtUp(id);
    }

    @Override
    public void reached(long id) {
        policy.reached(id);
    }

    @Override
    public void removed(long id) {
        waiting.forget(id);
        policy.removed(id);
    }

    @Override
    public long victim() {
        return waiting.bytes(0) > roomBytes || policy.count() == 0
                ? waiting.takeOldest(0)
                : policy.victim();
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!contains(id)) {
            waiting.add(0, id, sizeBytes);
        }
    }

    @Override
    public long sureMisses() {
        return policy.sureMisses();
    }

    @Override
    public boolean contains(long id) {
        return isWaiting(id) || policy.contains(id);
    }

    @Override
    public int count() {
        return waiting.count(0) + policy.count();
    }

    @Override
    public long bytes() {
        return waiting.bytes(0) + policy.bytes();
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        return waiting.consistent();
    }

    private boolean isWaiting(long id) {
        return waiting.find(id) != BlockLists.ABSENT;
    }
}

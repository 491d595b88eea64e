package dev.varve.policy;

/// An eviction policy with a capacity to keep to: a cache without bytes. What is missed comes in at
/// once.
///
/// Confined.
public final class PolicyCache {
    private final EvictionPolicy policy;
    private final long capacityBytes;

    /// @param policy        fresh, used by nobody else
    /// @param capacityBytes what the blocks present may take together, at least 1
    public PolicyCache(EvictionPolicy policy, long capacityBytes) {
        Arguments.checkCapacity(capacityBytes);
        this.policy = policy;
        this.capacityBytes = capacityBytes;
    }

    /// As [#reference(long, long)], for a block of a request that asks for several in order.
    ///
    /// @param predecessor the one before, or [EvictionPolicy#NONE] for the first
    public boolean reference(long id, long sizeBytes, long predecessor) {
        boolean present = reference(id, sizeBytes);
        policy.follows(id, predecessor);
        return present;
    }

    /// A block is asked for. One that is larger than the cache is missed and stays outside.
    ///
    /// @param id any but [EvictionPolicy#NONE]
    /// @return whether it was present
    public boolean reference(long id, long sizeBytes) {
        if (lookUp(id)) {
            return true;
        }
        admit(id, sizeBytes);
        return false;
    }

    /// A block is asked for that does not come in where it is missed.
    ///
    /// @return whether it was present
    public boolean lookUp(long id) {
        boolean present = policy.contains(id);
        if (present) {
            policy.accessed(id);
        }
        return present;
    }

    /// Whether a block is present; asking is no use of it.
    public boolean contains(long id) {
        return policy.contains(id);
    }

    /// A block is written: it comes in anew, in place of what was there.
    public void store(long id, long sizeBytes) {
        policy.removed(id);
        admit(id, sizeBytes);
    }

    /// A block is deleted.
    public void remove(long id) {
        policy.removed(id);
    }

    private void admit(long id, long sizeBytes) {
        if (sizeBytes <= capacityBytes) {
            policy.expected(id, sizeBytes);
            while (policy.bytes() > capacityBytes - sizeBytes) {
                policy.victim();
            }
            policy.inserted(id, sizeBytes);
        }
    }
}

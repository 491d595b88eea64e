package dev.varve.policy;

import java.util.function.LongConsumer;

/// A cache without bytes that a policy runs beside the real one, to see what it would have made of
/// the same references. Its capacity can change; what is above it goes with the next references, a
/// few blocks each.
///
/// Confined.
final class Shadow {
    /// Blocks that one reference may push out: enough for a large block after small ones, few
    /// enough for a call that must not take long.
    private static final int MAX_EVICTIONS = 64;
    /// The part by which a capacity must have changed.
    private static final int WORTH_TELLING = 128;

    private final EvictionPolicy policy;
    private final LongConsumer evicted;
    private long capacityBytes;
    /// What the policy was told last.
    private long told;

    /// @param evicted hears of each block that leaves for another
    Shadow(EvictionPolicy policy, long capacityBytes, LongConsumer evicted) {
        this.policy = policy;
        this.capacityBytes = capacityBytes;
        told = capacityBytes;
        this.evicted = evicted;
    }

    /// Lets another policy have what this one's has learnt; see [EvictionPolicy#learnFrom].
    void teach(EvictionPolicy other) {
        other.learnFrom(policy);
    }

    /// See [EvictionPolicy#follows].
    void follows(long id, long predecessor) {
        policy.follows(id, predecessor);
    }

    /// See [EvictionPolicy#broughtUp].
    void broughtUp(long id) {
        policy.broughtUp(id);
    }

    /// See [EvictionPolicy#reached].
    void reached(long id) {
        policy.reached(id);
    }

    /// See [EvictionPolicy#sureMisses].
    long sureMisses() {
        return policy.sureMisses();
    }

    /// A block is asked for, and comes in if it is not there and not larger than the cache.
    ///
    /// @return whether it was there
    boolean reference(long id, long sizeBytes) {
        if (policy.contains(id)) {
            policy.accessed(id);
            return true;
        }
        if (sizeBytes <= capacityBytes) {
            policy.expected(id, sizeBytes);
            makeRoom(sizeBytes);
            policy.inserted(id, sizeBytes);
        }
        return false;
    }

    /// A block stays although it was to go; see [EvictionPolicy#spared].
    void spare(long id, long sizeBytes) {
        if (!policy.contains(id) && sizeBytes <= capacityBytes) {
            makeRoom(sizeBytes);
            policy.spared(id, sizeBytes);
        }
    }

    private void makeRoom(long sizeBytes) {
        for (int i = 0; i < MAX_EVICTIONS && policy.bytes() > capacityBytes - sizeBytes; i++) {
            evicted.accept(policy.victim());
        }
    }

    /// Lets a block go now.
    ///
    /// @return its id, or [EvictionPolicy#NONE] if there is none
    long evict() {
        return policy.victim();
    }

    boolean contains(long id) {
        return policy.contains(id);
    }

    void remove(long id) {
        policy.removed(id);
    }

    int count() {
        return policy.count();
    }

    void capacityBytes(long next) {
        capacityBytes = next;
        if (isAnother(told, next)) {
            told = next;
            policy.resized(next);
        }
    }

    /// Whether a capacity differs so much from another that a policy should hear of it. A real
    /// cache's goes up and down by a block all the time.
    static boolean isAnother(long told, long next) {
        return Math.abs(next - told) > told / WORTH_TELLING;
    }
}

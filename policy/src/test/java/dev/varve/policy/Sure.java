package dev.varve.policy;

/// A policy that claims to know what comes.
final class Sure implements EvictionPolicy {
    private final EvictionPolicy policy;
    private long inserted;

    Sure(EvictionPolicy policy) {
        this.policy = policy;
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        inserted++;
        policy.inserted(id, sizeBytes);
    }

    @Override
    public void accessed(long id) {
        policy.accessed(id);
    }

    @Override
    public void removed(long id) {
        policy.removed(id);
    }

    @Override
    public long victim() {
        return policy.victim();
    }

    @Override
    public void spared(long id, long sizeBytes) {
        policy.spared(id, sizeBytes);
    }

    @Override
    public boolean contains(long id) {
        return policy.contains(id);
    }

    @Override
    public long sureMisses() {
        return inserted / 128;
    }

    @Override
    public int count() {
        return policy.count();
    }

    @Override
    public long bytes() {
        return policy.bytes();
    }
}

package dev.varve.policy;

/// A policy that does what another one does; what is peculiar to it is overridden.
abstract class Forwarding implements EvictionPolicy {
    private final EvictionPolicy policy;

    Forwarding(EvictionPolicy policy) {
        this.policy = policy;
    }

    @Override
    public void inserted(long id, long sizeBytes) {
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
    public int count() {
        return policy.count();
    }

    @Override
    public long bytes() {
        return policy.bytes();
    }
}

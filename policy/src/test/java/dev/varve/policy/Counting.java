package dev.varve.policy;

/// Counts the calls of a policy.
final class Counting implements EvictionPolicy {
    private final EvictionPolicy policy;
    private final long[] calls;

    Counting(EvictionPolicy policy, long[] calls) {
        this.policy = policy;
        this.calls = calls;
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        calls[0]++;
        policy.inserted(id, sizeBytes);
    }

    @Override
    public void accessed(long id) {
        calls[0]++;
        policy.accessed(id);
    }

    @Override
    public void removed(long id) {
        calls[0]++;
        policy.removed(id);
    }

    @Override
    public long victim() {
        calls[0]++;
        return policy.victim();
    }

    @Override
    public void spared(long id, long sizeBytes) {
        calls[0]++;
        policy.spared(id, sizeBytes);
    }

    @Override
    public boolean contains(long id) {
        calls[0]++;
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

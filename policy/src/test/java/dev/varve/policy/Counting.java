package dev.varve.policy;

/// Counts the calls of a policy.
final class Counting extends Forwarding {
    private final long[] calls;

    Counting(EvictionPolicy policy, long[] calls) {
        super(policy);
        this.calls = calls;
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        calls[0]++;
        super.inserted(id, sizeBytes);
    }

    @Override
    public void accessed(long id) {
        calls[0]++;
        super.accessed(id);
    }

    @Override
    public void removed(long id) {
        calls[0]++;
        super.removed(id);
    }

    @Override
    public long victim() {
        calls[0]++;
        return super.victim();
    }

    @Override
    public void spared(long id, long sizeBytes) {
        calls[0]++;
        super.spared(id, sizeBytes);
    }

    @Override
    public boolean contains(long id) {
        calls[0]++;
        return super.contains(id);
    }
}

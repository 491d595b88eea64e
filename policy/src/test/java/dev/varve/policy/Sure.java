package dev.varve.policy;

/// A policy that claims to know what comes.
final class Sure extends Forwarding {
    private long inserted;

    Sure(EvictionPolicy policy) {
        super(policy);
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        inserted++;
        super.inserted(id, sizeBytes);
    }

    @Override
    public long sureMisses() {
        return inserted / 128;
    }
}

package dev.varve.replay;

import dev.varve.policy.EvictionPolicy;
import java.util.List;

/// Writes down what follows what; decides as the policy within.
record ToldPolicy(EvictionPolicy policy, List<String> told) implements EvictionPolicy {

    @Override
    public void follows(long id, long predecessor) {
        told.add(id + " after " + predecessor);
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

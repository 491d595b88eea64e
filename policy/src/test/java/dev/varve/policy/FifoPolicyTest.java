package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FifoPolicyTest implements EvictionPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return new FifoPolicy();
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((FifoPolicy) policy).consistent();
    }

    @Test
    void evictsWhatCameInFirstWhateverWasRead() {
        var policy = new FifoPolicy();
        policy.inserted(1, 1);
        policy.inserted(2, 1);
        policy.accessed(1);
        assertThat(policy.victim()).isEqualTo(1);
        assertThat(policy.victim()).isEqualTo(2);
    }
}

package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SievePolicyTest implements ReferencedPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return new SievePolicy();
    }

    @Override
    public EvictionPolicy reference() {
        return new NaiveSieve();
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((SievePolicy) policy).consistent();
    }

    @Test
    void takesTheOldestThatWasNotReadSinceTheHandPassed() {
        var policy = new SievePolicy();
        for (long id = 1; id <= 4; id++) {
            policy.inserted(id, 1);
        }
        policy.accessed(1);
        policy.accessed(3);
        assertThat(policy.victim()).isEqualTo(2);
        policy.inserted(5, 1);
        // The hand goes on where it stood, although 1 is older and unread by now.
        assertThat(policy.victim()).isEqualTo(4);
        assertThat(policy.victim()).isEqualTo(5);
        assertThat(policy.victim()).isEqualTo(1);
        assertThat(policy.victim()).isEqualTo(3);
    }

    @Test
    void goesOnBehindABlockThatWasRemovedUnderItsHand() {
        var policy = new SievePolicy();
        for (long id = 1; id <= 4; id++) {
            policy.inserted(id, 1);
        }
        policy.accessed(1);
        assertThat(policy.victim()).isEqualTo(2);
        policy.removed(3);
        assertThat(policy.victim()).isEqualTo(4);
        assertThat(policy.victim()).isEqualTo(1);
    }
}

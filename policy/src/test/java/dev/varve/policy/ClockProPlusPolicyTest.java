package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class ClockProPlusPolicyTest implements EvictionPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return new ClockProPlusPolicy(1000);
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((ClockProPlusPolicy) policy).consistent();
    }

    @Test
    void rejectsACapacityBelowOneByte() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ClockProPlusPolicy(0));
    }

    @Test
    void keepsMostOfALoopThatDoesNotFit() {
        var cache = new PolicyCache(new ClockProPlusPolicy(100), 100);
        int hits = 0;
        for (int i = 0; i < 1010; i++) {
            hits += cache.reference(1 + i % 101, 1) ? 1 : 0;
        }
        assertThat(hits).isGreaterThan(9 * 90);
    }

    @Test
    void evictsColdBlocksThatWereNotReadFirst() {
        var policy = new ClockProPlusPolicy(100);
        for (long id = 1; id <= 100; id++) {
            policy.inserted(id, 1);
        }
        // The last two came in cold.
        assertThat(policy.victim()).isEqualTo(99);
        policy.accessed(100);
        policy.inserted(101, 1);
        assertThat(policy.victim()).isEqualTo(101);
    }
}

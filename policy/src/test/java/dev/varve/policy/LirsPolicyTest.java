package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class LirsPolicyTest implements ReferencedPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return new LirsPolicy(1000);
    }

    @Override
    public EvictionPolicy reference() {
        return new NaiveLirs(1000);
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((LirsPolicy) policy).consistent();
    }

    @Test
    void rejectsACapacityBelowOneByte() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LirsPolicy(0));
    }

    /// The paper's motivating case: a loop one block larger than the cache, where LRU hits nothing.
    @Test
    void keepsMostOfALoopThatDoesNotFit() {
        var cache = new PolicyCache(new LirsPolicy(100), 100);
        int hits = 0;
        for (int i = 0; i < 1010; i++) {
            hits += cache.reference(1 + i % 101, 1) ? 1 : 0;
        }
        assertThat(hits).isGreaterThan(9 * 98);
    }

    @Test
    void takesABlockReadTwiceInARowForReadOnce() {
        var policy = new LirsPolicy(100);
        for (long id = 1; id <= 99; id++) {
            policy.inserted(id, 1);
        }
        policy.inserted(100, 1);
        policy.accessed(100);
        policy.accessed(100);
        assertThat(policy.victim()).isEqualTo(100);
    }
}

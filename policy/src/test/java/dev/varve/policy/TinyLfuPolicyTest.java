package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TinyLfuPolicyTest implements EvictionPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return new TinyLfuPolicy(1000, 1);
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((TinyLfuPolicy) policy).consistent();
    }

    @Test
    void rejectsACapacityBelowOneByte() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TinyLfuPolicy(0, 1));
    }

    @Test
    void doesNotAdmitWhatWasAskedForLessThanWhatWouldGo() {
        var policy = new TinyLfuPolicy(100, 1);
        for (long id = 1; id <= 100; id++) {
            policy.inserted(id, 1);
            policy.accessed(id);
            policy.accessed(id);
        }
        policy.expected(101, 1);
        // The window holds one block, which was read as often as all others: the older one wins.
        assertThat(policy.victim()).isEqualTo(100);
        policy.inserted(101, 1);
        policy.expected(102, 1);
        assertThat(policy.victim()).isEqualTo(101);
        policy.inserted(102, 1);
        for (int i = 0; i < 4; i++) {
            policy.accessed(102);
        }
        policy.expected(103, 1);
        assertThat(policy.victim()).isNotEqualTo(102);
    }

    /// Half of the requests are for new blocks, half for one of the last hundred: only recency
    /// counts.
    @Test
    void growsItsWindowWhereRecencyIsAllThatCounts() {
        var random = new SplittableRandom(1);
        var cache = new PolicyCache(new TinyLfuPolicy(200, 1), 200);
        int requests = 400_000;
        int early = 0;
        int late = 0;
        int blocks = 100;
        for (int i = 0; i < requests; i++) {
            long id = random.nextBoolean() ? ++blocks : blocks - random.nextInt(100);
            int hit = cache.reference(id, 1) ? 1 : 0;
            early += i < requests / 20 ? hit : 0;
            late += i >= requests - requests / 20 ? hit : 0;
        }
        assertThat(late).isGreaterThan(early + early / 10);
    }
}

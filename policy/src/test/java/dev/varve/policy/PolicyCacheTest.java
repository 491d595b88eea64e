package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class PolicyCacheTest {

    @Test
    void hitsWhatItHolds() {
        var cache = new PolicyCache(new LruPolicy(), 10);
        assertThat(cache.reference(1, 4)).isFalse();
        assertThat(cache.reference(1, 4)).isTrue();
    }

    @Test
    void keepsToItsCapacity() {
        var policy = new LruPolicy();
        var cache = new PolicyCache(policy, 10);
        for (long id = 1; id <= 100; id++) {
            cache.reference(id, id % 11);
            assertThat(policy.bytes()).isLessThanOrEqualTo(10);
        }
    }

    @Test
    void leavesOutsideWhatIsTooLarge() {
        var cache = new PolicyCache(new LruPolicy(), 10);
        cache.reference(1, 4);
        assertThat(cache.reference(2, 11)).isFalse();
        assertThat(cache.reference(2, 11)).isFalse();
        assertThat(cache.reference(1, 4)).isTrue();
    }

    @Test
    void tellsWhatFollowsWhatWhetherItWasThereOrNot() {
        var policy = new ChainPolicy(1000);
        var cache = new PolicyCache(policy, 1000);
        for (int turn = 0; turn < 2; turn++) {
            for (long id = 1; id <= 3; id++) {
                assertThat(cache.reference(id, 1, id - 1)).isEqualTo(turn == 1);
            }
        }
        // Each alone would go in the order in which it was touched.
        assertThat(policy.victim()).isEqualTo(3);
        assertThat(policy.victim()).isEqualTo(2);
    }

    @Test
    void rejectsACapacityOfNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PolicyCache(new LruPolicy(), 0));
    }
}

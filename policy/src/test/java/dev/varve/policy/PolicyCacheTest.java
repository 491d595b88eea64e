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
    void rejectsACapacityOfNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PolicyCache(new LruPolicy(), 0));
    }
}

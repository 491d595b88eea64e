package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LearnedPolicyTest implements EvictionPolicyContract {
    private static final int BLOCKS = 500;
    private static final int REFERENCES = 50_000;

    @Override
    public EvictionPolicy policy() {
        return new LearnedPolicy(1000, 1);
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((LearnedPolicy) policy).consistent();
    }

    @Test
    void rejectsACapacityBelowOneByte() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LearnedPolicy(0, 1));
    }

    @Test
    void evictsWhatNeverCameBackBeforeWhatDid() {
        var policy = new LearnedPolicy(1000, 1);
        for (long id = 1; id <= 10; id++) {
            policy.inserted(id, 100);
            if (id % 2 == 0) {
                policy.accessed(id);
            }
        }
        for (int i = 0; i < 5; i++) {
            assertThat(policy.victim() % 2).isOne();
        }
    }

    @Test
    void evictsTheLargestOfThoseThatAreAsLikely() {
        var policy = new LearnedPolicy(1000, 1);
        policy.inserted(1, 10);
        policy.inserted(2, 30);
        policy.inserted(3, 20);
        assertThat(policy.victim()).isEqualTo(2);
        assertThat(policy.victim()).isEqualTo(3);
        assertThat(policy.victim()).isEqualTo(1);
    }

    /// The optimum keeps one block less than fits.
    @ParameterizedTest
    @ValueSource(ints = {550, 750, 1500})
    void keepsWhatItCanOfALoopThatDoesNotFit(int length) {
        double optimum = (BLOCKS - 1.0) / (length - 1);
        assertThat(hitRatio(i -> 1 + i % length)).isGreaterThan(.9 * optimum);
    }

    /// Where each block is read twice, soon after, and never again: as LRU, which is the optimum.
    @Test
    void keepsWhatIsNewWhereThatComesBack() {
        int soon = BLOCKS - 51;
        assertThat(hitRatio(i -> i % 2 == 0 ? 1 + i : Math.max(1, 1 + i - soon)))
                .isGreaterThan(.45);
    }

    @Test
    void keepsWhatIsPopularBesideAScan() {
        var random = new SplittableRandom(1);
        assertThat(hitRatio(i -> i % 2 == 0 ? 1000 + i : 1 + random.nextInt(BLOCKS - 50)))
                .isGreaterThan(.45);
    }

    /// First the half that comes round, then the other.
    @Test
    void learnsAnewWhatTrafficIsLike() {
        var random = new SplittableRandom(1);
        int half = REFERENCES / 2;
        double ratio = hitRatio(i -> i < half
                ? 1 + i % 750
                : 10_000 + (long) (5000 * Math.pow(random.nextDouble(), 3)));
        var lru = new PolicyCache(new LruPolicy(), BLOCKS);
        var again = new SplittableRandom(1);
        int hits = 0;
        for (int i = 0; i < half; i++) {
            long id = 10_000 + (long) (5000 * Math.pow(again.nextDouble(), 3));
            hits += lru.reference(id, 1) ? 1 : 0;
        }
        assertThat(ratio).isGreaterThan(.6 / 2 + (double) hits / REFERENCES);
    }

    @Test
    void decidesAlikeWithTheSameSeed() {
        var one = new LearnedPolicy(1000, 7);
        var other = new LearnedPolicy(1000, 7);
        var random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            long id = 1 + EvictionPolicyContract.skewed(random, 400);
            for (var policy : new LearnedPolicy[]{one, other}) {
                if (policy.contains(id)) {
                    policy.accessed(id);
                } else {
                    policy.inserted(id, 10);
                }
            }
            if (one.bytes() > 1000) {
                assertThat(one.victim()).isEqualTo(other.victim());
            }
        }
    }

    @Test
    void remembersThreeBlocksForEachOnePresent() {
        var policy = new LearnedPolicy(BLOCKS, 1);
        var cache = new PolicyCache(policy, BLOCKS);
        for (long id = 1; id <= 10 * BLOCKS; id++) {
            cache.reference(id, 1);
            assertThat(policy.remembered()).isLessThanOrEqualTo(4 * BLOCKS + 3);
        }
        assertThat(policy.remembered()).isGreaterThan(4 * BLOCKS - 4);
    }

    /// Time is relative to the capacity, and a block may be larger than that.
    @Test
    void worksWhereTimeFlies() {
        var policy = new LearnedPolicy(1, 1);
        for (long id = 1; id < 100; id++) {
            policy.inserted(id, 1L << id % 60);
            policy.accessed(1 + id / 2);
        }
        for (int i = 1; i < 100; i++) {
            assertThat(policy.contains(policy.victim())).isFalse();
        }
        assertThat(policy.count()).isZero();
        assertThat(policy.consistent()).isTrue();
    }

    private static double hitRatio(LongUnaryOperator reference) {
        var cache = new PolicyCache(new LearnedPolicy(BLOCKS, 1), BLOCKS);
        int hits = 0;
        for (int i = 0; i < REFERENCES; i++) {
            hits += cache.reference(reference.applyAsLong(i), 1) ? 1 : 0;
        }
        return (double) hits / REFERENCES;
    }
}

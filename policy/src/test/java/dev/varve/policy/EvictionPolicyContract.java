package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every eviction policy promises.
interface EvictionPolicyContract {

    /// A fresh policy for a cache of 1000 bytes.
    EvictionPolicy policy();

    /// A slow and obvious policy that must make the same decisions.
    EvictionPolicy reference();

    /// Checks the structure underneath.
    boolean consistent(EvictionPolicy policy);

    @Test
    default void namesNoVictimWhenNothingIsPresent() {
        var policy = policy();
        assertThat(policy.victim()).isEqualTo(EvictionPolicy.NONE);
        policy.inserted(7, 10);
        assertThat(policy.victim()).isEqualTo(7);
        assertThat(policy.victim()).isEqualTo(EvictionPolicy.NONE);
        assertThat(policy.count()).isZero();
    }

    @Test
    default void ignoresWhatIsNotPresent() {
        var policy = policy();
        policy.accessed(1);
        policy.removed(1);
        policy.accessed(EvictionPolicy.NONE);
        policy.removed(EvictionPolicy.NONE);
        assertThat(policy.count()).isZero();
        assertThat(policy.victim()).isEqualTo(EvictionPolicy.NONE);
    }

    @Test
    default void rejectsTheIdThatMeansNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy().inserted(EvictionPolicy.NONE, 1));
    }

    @Test
    default void rejectsANegativeSize() {
        assertThatIllegalArgumentException().isThrownBy(() -> policy().inserted(1, -1));
    }

    @Test
    default void rejectsABlockThatIsPresent() {
        var policy = policy();
        policy.inserted(1, 1);
        assertThatIllegalStateException().isThrownBy(() -> policy.inserted(1, 1))
                .withMessageContaining("block 1");
        assertThat(policy.count()).isOne();
    }

    @Test
    default void neverNamesARemovedBlock() {
        var policy = policy();
        policy.inserted(1, 1);
        policy.inserted(2, 1);
        policy.removed(1);
        assertThat(policy.count()).isOne();
        assertThat(policy.victim()).isEqualTo(2);
        assertThat(policy.victim()).isEqualTo(EvictionPolicy.NONE);
    }

    @Test
    default void takesIdsFromTheWholeRangeAndSizesOfZero() {
        var policy = policy();
        long[] ids = {Long.MIN_VALUE, Long.MAX_VALUE, -1, 1, 1L << 32, -(1L << 32)};
        for (long id : ids) {
            policy.inserted(id, 0);
        }
        Set<Long> victims = new HashSet<>();
        for (int i = 0; i < ids.length; i++) {
            victims.add(policy.victim());
        }
        assertThat(victims).containsExactlyInAnyOrder(Long.MIN_VALUE, Long.MAX_VALUE, -1L, 1L,
                1L << 32, -(1L << 32));
    }

    @Test
    default void namesEachOfManyBlocksOnce() {
        var policy = policy();
        int count = 100_000;
        for (long id = 1; id <= count; id++) {
            policy.inserted(id, 4096);
            if (id % 3 == 0) {
                policy.accessed(id / 2);
            }
        }
        assertThat(policy.count()).isEqualTo(count);
        Set<Long> victims = new HashSet<>();
        for (long id; (id = policy.victim()) != EvictionPolicy.NONE;) {
            assertThat(victims.add(id)).isTrue();
        }
        assertThat(victims).hasSize(count);
        assertThat(consistent(policy)).isTrue();
    }

    /// Caches of up to 1000 bytes, driven at random; small id ranges so that blocks come back.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    default void decidesAsTheReferenceDoes(long seed) {
        var random = new SplittableRandom(seed);
        var policy = policy();
        var reference = reference();
        int idRange = 20 << random.nextInt(7);
        int maxSizeBytes = 1 + random.nextInt(120);
        Set<Long> present = new HashSet<>();
        for (int step = 0; step < 20_000; step++) {
            long id = 1 + skewed(random, idRange);
            String at = "seed " + seed + ", step " + step + ", block " + id;
            int what = random.nextInt(100);
            if (what < 3) {
                policy.removed(id);
                reference.removed(id);
                present.remove(id);
            } else if (what < 8) {
                long expected = reference.victim();
                assertThat(policy.victim()).as(at).isEqualTo(expected);
                present.remove(expected);
            } else if (what < 10) {
                policy.spared(id, 7);
                reference.spared(id, 7);
                present.add(id);
            } else if (present.contains(id)) {
                policy.accessed(id);
                reference.accessed(id);
            } else {
                long sizeBytes = random.nextInt(maxSizeBytes + 1);
                policy.inserted(id, sizeBytes);
                reference.inserted(id, sizeBytes);
                present.add(id);
                while (present.size() > 60) {
                    long expected = reference.victim();
                    assertThat(policy.victim()).as(at).isEqualTo(expected);
                    present.remove(expected);
                }
            }
            assertThat(policy.count()).as(at).isEqualTo(present.size());
            assertThat(policy.bytes()).as(at).isEqualTo(reference.bytes());
            assertThat(policy.contains(id)).as(at).isEqualTo(present.contains(id));
        }
        assertThat(consistent(policy)).as("seed " + seed).isTrue();
    }

    private static long skewed(RandomGenerator random, int range) {
        double u = random.nextDouble();
        return (long) (u * u * range);
    }
}

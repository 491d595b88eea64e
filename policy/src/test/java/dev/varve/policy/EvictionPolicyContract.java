package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
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

    @Test
    default void keepsASparedBlockForLongerThanANewOne() {
        var policy = policy();
        for (long id = 1; id <= 10; id++) {
            policy.inserted(id, 100);
        }
        long spared = policy.victim();
        policy.spared(spared, 100);
        assertThat(policy.contains(spared)).isTrue();
        assertThat(policy.count()).isEqualTo(10);
        assertThat(policy.bytes()).isEqualTo(1000);
        policy.spared(spared, 100);
        assertThat(policy.count()).isEqualTo(10);
        for (int i = 0; i < 5; i++) {
            assertThat(policy.victim()).isNotEqualTo(spared);
        }
    }

    @Test
    default void allocatesNothingOnAHit() {
        var policy = policy();
        for (long id = 1; id <= 8; id++) {
            policy.inserted(id, 100);
        }
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            policy.accessed(1 + i * 5 % 8);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
    }

    @Test
    default void endsWhereTheCallerSparesEverythingForAWhile() {
        var policy = policy();
        for (long id = 1; id <= 20; id++) {
            policy.inserted(id, 50);
            policy.accessed(id);
        }
        for (int i = 0; i < 1000; i++) {
            policy.spared(policy.victim(), 50);
        }
        assertThat(policy.count()).isEqualTo(20);
        assertThat(consistent(policy)).isTrue();
    }

    /// A cache of up to 1000 bytes, driven at random: sometimes hearing of a block before room is
    /// made for it, sometimes not, sometimes evicting ahead of need. What it is told of its
    /// capacity changes, too.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    default void namesOnlyWhatIsPresentAndCountsIt(long seed) {
        var random = new SplittableRandom(seed);
        var policy = policy();
        int idRange = 20 << random.nextInt(7);
        int maxSizeBytes = 1 + random.nextInt(120);
        Map<Long, Long> present = new HashMap<>();
        long bytes = 0;
        for (int step = 0; step < 20_000; step++) {
            long id = 1 + skewed(random, idRange);
            String at = "seed " + seed + ", step " + step + ", block " + id;
            int what = random.nextInt(100);
            if (step % 300 == 299) {
                policy.resized(random.nextLong(1, 1500));
            }
            if (what < 3) {
                policy.removed(id);
                bytes -= Long.max(0, present.getOrDefault(id, 0L));
                present.remove(id);
            } else if (what < 5) {
                if (!present.containsKey(id)) {
                    policy.spared(id, 7);
                    present.put(id, 7L);
                    bytes += 7;
                }
            } else if (present.containsKey(id)) {
                policy.accessed(id);
            } else {
                long sizeBytes = random.nextInt(maxSizeBytes + 1);
                if (random.nextBoolean()) {
                    policy.expected(id, sizeBytes);
                }
                long ahead = what < 10 ? random.nextInt(300) : 0;
                while (bytes + sizeBytes + ahead > 1000) {
                    long victim = policy.victim();
                    assertThat(present).as(at).containsKey(victim);
                    bytes -= present.getOrDefault(victim, 0L);
                    present.remove(victim);
                }
                policy.inserted(id, sizeBytes);
                present.put(id, sizeBytes);
                bytes += sizeBytes;
            }
            assertThat(policy.count()).as(at).isEqualTo(present.size());
            assertThat(policy.bytes()).as(at).isEqualTo(bytes);
            assertThat(policy.contains(id)).as(at).isEqualTo(present.containsKey(id));
            if (step % 1000 == 0) {
                assertThat(consistent(policy)).as(at).isTrue();
            }
        }
        assertThat(consistent(policy)).as("seed " + seed).isTrue();
    }

    /// Small ids often, large ones seldom.
    static long skewed(RandomGenerator random, int range) {
        double u = random.nextDouble();
        return (long) (u * u * range);
    }
}

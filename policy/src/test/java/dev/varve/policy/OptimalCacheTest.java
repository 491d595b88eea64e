package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class OptimalCacheTest {

    @Test
    void keepsWhatComesBackSoonest() {
        long[] trace = {1, 2, 3, 1, 2, 3, 1, 2, 3};
        assertThat(OptimalCache.hits(trace, 1)).isEqualTo(2);
        assertThat(OptimalCache.hits(trace, 2)).isEqualTo(4);
        assertThat(OptimalCache.hits(trace, 3)).isEqualTo(6);
        assertThat(OptimalCache.hits(new long[0], 1)).isZero();
    }

    @Test
    void takesAnyIds() {
        long[] trace = {0, Long.MIN_VALUE, 0, Long.MIN_VALUE, -1, 0};
        assertThat(OptimalCache.hits(trace, 2)).isEqualTo(3);
    }

    @Test
    void rejectsACapacityOfNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OptimalCache.hits(new long[]{1}, 0))
                .withMessage("capacity (0 blocks) must be at least 1 block");
    }

    /// Short traces, for which all that a cache could do can be tried.
    @Test
    void findsWhatTryingEverythingFinds() {
        for (long seed = 1; seed <= 300; seed++) {
            var random = new SplittableRandom(seed);
            long[] trace = random.longs(14, 0, 6).toArray();
            int capacity = 1 + random.nextInt(4);
            assertThat(OptimalCache.hits(trace, capacity)).as("seed " + seed)
                    .isEqualTo(mostHits(trace, 0, 0, capacity, new HashMap<>()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void isABoundForEachPolicy(PolicyName name) {
        var random = new SplittableRandom(1);
        long[] trace = new long[50_000];
        for (int i = 0; i < trace.length; i++) {
            trace[i] = 1 + EvictionPolicyContract.skewed(random, 2000);
        }
        var cache = new PolicyCache(name.policy(200, 1), 200);
        long hits = 0;
        for (long id : trace) {
            hits += cache.reference(id, 1) ? 1 : 0;
        }
        assertThat(hits).isPositive().isLessThan(OptimalCache.hits(trace, 200));
    }

    /// @param held a bit for each block that is in the cache
    private static int mostHits(
            long[] trace,
            int at,
            int held,
            int capacity,
            Map<Integer, Integer> known) {
        if (at == trace.length) {
            return 0;
        }
        int key = at << 6 | held;
        var found = known.get(key);
        if (found != null) {
            return found;
        }
        int asked = 1 << trace[at];
        int most = mostHits(trace, at + 1, held & ~asked, capacity, known);
        if (Integer.bitCount(held | asked) <= capacity) {
            most = Math.max(most, mostHits(trace, at + 1, held | asked, capacity, known));
        } else {
            for (int victim = 1; victim < 64; victim <<= 1) {
                if ((held & victim) != 0) {
                    int next = (held | asked) & ~victim;
                    most = Math.max(most, mostHits(trace, at + 1, next, capacity, known));
                }
            }
        }
        most += (held & asked) == 0 ? 0 : 1;
        known.put(key, most);
        return most;
    }
}

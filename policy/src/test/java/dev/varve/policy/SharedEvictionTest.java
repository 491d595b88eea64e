package dev.varve.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SharedEvictionTest {
    @Test
    void takesFromTheShareThatIsAboveItsQuota() {
        var shared = new SharedEviction(List.of(100L, 10L), SharedEvictionTest::lru);
        shared.of(0).inserted(1, 90);
        shared.of(1).inserted(2, 6);
        shared.of(1).inserted(3, 6);
        assertThat(shared.victim()).isEqualTo(2);
        assertThat(shared.bytes(1)).isEqualTo(6);
        assertThat(shared.victim()).as("the fuller of two within their quotas").isEqualTo(1);
        assertThat(shared.victim()).isEqualTo(3);
        assertThat(shared.victim()).isEqualTo(EvictionPolicy.NONE);
    }

    @Test
    void takesFirstFromShareWithoutAnyQuota() {
        var shared = new SharedEviction(List.of(0L, 10L, 0L), SharedEvictionTest::lru);
        shared.of(0).inserted(1, 1);
        shared.of(1).inserted(2, 1000);
        shared.of(2).inserted(3, 2);
        assertThat(shared.victim()).isEqualTo(3);
        assertThat(shared.victim()).isEqualTo(1);
        assertThat(shared.victim()).isEqualTo(2);
    }

    /// Shares with random quotas insert, read and remove at random, and one loses a block whenever
    /// there are more bytes than fit.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aShareWithinItsQuotaLosesNothingWhileAnotherIsAboveItsOwn(long seed) {
        var random = new SplittableRandom(seed);
        int shares = random.nextInt(2, 6);
        long capacity = 10_000;
        var quotas = new ArrayList<Long>();
        for (int i = 0; i < shares; i++) {
            quotas.add(random.nextLong(capacity * 2 / shares));
        }
        LongFunction<EvictionPolicy> policy = seed % 2 == 0
                ? SharedEvictionTest::lru
                : S3FifoPolicy::new;
        var shared = new SharedEviction(quotas, policy);
        var shareOf = new HashMap<Long, Integer>();
        var sizeOf = new HashMap<Long, Long>();
        var bytes = new long[shares];
        long losses = 0;
        for (long id = 1; id <= 20_000; id++) {
            int share = random.nextInt(10) < 8 ? 0 : random.nextInt(shares);
            long size = random.nextLong(1, 200);
            shared.of(share).inserted(id, size);
            shareOf.put(id, share);
            sizeOf.put(id, size);
            bytes[share] += size;
            long other = random.nextLong(1, id + 1);
            shared.of(shareOf.getOrDefault(other, 0)).accessed(other);
            while (sum(bytes) > capacity) {
                boolean someAbove = false;
                for (int i = 0; i < shares; i++) {
                    someAbove |= bytes[i] > quotas.get(i);
                }
                long victim = shared.victim();
                int loser = requireNonNull(shareOf.remove(victim));
                if (someAbove) {
                    assertThat(bytes[loser]).as("seed %d, block %d", seed, id)
                            .isGreaterThan(quotas.get(loser));
                    losses++;
                }
                bytes[loser] -= requireNonNull(sizeOf.remove(victim));
            }
            for (int i = 0; i < shares; i++) {
                assertThat(shared.bytes(i)).as("seed %d", seed).isEqualTo(bytes[i]);
            }
        }
        assertThat(losses).as("seed %d", seed).isPositive();
    }

    private static EvictionPolicy lru(long capacityBytes) {
        return new LruPolicy();
    }

    private static long sum(long[] bytes) {
        long sum = 0;
        for (long some : bytes) {
            sum += some;
        }
        return sum;
    }

    @Test
    void refusesDivisionsThatAreNone() {
        assertThatThrownBy(() -> new SharedEviction(List.of(), SharedEvictionTest::lru))
                .hasMessage("shares (0) must be at least 1");
        assertThatThrownBy(() -> new SharedEviction(List.of(1L, -1L), SharedEvictionTest::lru))
                .hasMessage("quota (-1 bytes) must be at least 0");
    }
}

package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a policy promises that has a slow and obvious twin.
interface ReferencedPolicyContract extends EvictionPolicyContract {

    /// A slow and obvious policy that must make the same decisions.
    EvictionPolicy reference();

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
            long id = 1 + EvictionPolicyContract.skewed(random, idRange);
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
                if (random.nextBoolean()) {
                    policy.expected(id, sizeBytes);
                    reference.expected(id, sizeBytes);
                }
                while (present.size() >= 60) {
                    long expected = reference.victim();
                    assertThat(policy.victim()).as(at).isEqualTo(expected);
                    present.remove(expected);
                }
                policy.inserted(id, sizeBytes);
                reference.inserted(id, sizeBytes);
                present.add(id);
            }
            assertThat(policy.count()).as(at).isEqualTo(present.size());
            assertThat(policy.bytes()).as(at).isEqualTo(reference.bytes());
            assertThat(policy.contains(id)).as(at).isEqualTo(present.contains(id));
        }
        assertThat(consistent(policy)).as("seed " + seed).isTrue();
    }
}

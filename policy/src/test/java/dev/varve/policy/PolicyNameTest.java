package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PolicyNameTest {

    @ParameterizedTest
    @EnumSource
    void namesAPolicyThatWorks(PolicyName name) {
        assertThat(PolicyName.of(name.text())).contains(name);
        var policy = name.policy(100, 1);
        policy.inserted(1, 10);
        assertThat(policy.victim()).isEqualTo(1);
    }

    /// What was made for a cache of another size, and told, is as good as what was made for it.
    @ParameterizedTest
    @EnumSource
    void fitsAnotherCapacityWhenToldOfIt(PolicyName name) {
        double made = hitRatio(name.policy(1000, 1));
        for (long before : new long[]{100, 10_000}) {
            var told = name.policy(before, 1);
            told.resized(1000);
            assertThat(hitRatio(told)).as("made for %d", before).isCloseTo(made, within(.01));
        }
    }

    private static double hitRatio(EvictionPolicy policy) {
        var random = new SplittableRandom(1);
        var cache = new PolicyCache(policy, 1000);
        int references = 50_000;
        int hits = 0;
        for (int i = 0; i < references; i++) {
            double u = random.nextDouble();
            hits += cache.reference(1 + (long) (u * u * u * 10_000), 1) ? 1 : 0;
        }
        return (double) hits / references;
    }

    @Test
    void knowsNoOtherNames() {
        assertThat(PolicyName.of("random")).isEmpty();
        assertThat(PolicyName.of("")).isEmpty();
    }
}

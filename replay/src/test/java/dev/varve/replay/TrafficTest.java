package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.varve.policy.ChainPolicy;
import dev.varve.policy.LruPolicy;
import dev.varve.policy.S3FifoPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How near generated traffic comes to a real hour of conversations, as published and as it is.
final class TrafficTest {
    private static final int REAL = TrafficGenerator.REAL_BLOCKS;

    @Test
    void theRealHourHasThePublishedStatistics() {
        var real = TrafficStatistics.of(Traces.realHour());
        assertThat(real.requests()).isEqualTo(12_031);
        assertThat(real.references()).isEqualTo(288_500);
        assertThat(real.distinctBlocks()).isEqualTo(REAL);
        assertThat(real.seenOnceRatio()).isEqualTo(.758, within(.0006));
        assertThat(real.idealHitRatio()).isEqualTo(.3664, within(.00005));
        assertThat(real.blocksPerRequest()).isEqualTo(23.98, within(.005));
        assertAges(real, withPercentage(.2), withPercentage(.2));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aGeneratedHourIsCloseToThePublishedStatistics(long seed) {
        var generated = TrafficStatistics.of(new TrafficGenerator(REAL, seed));
        assertThat(generated.distinctBlocks()).isCloseTo(REAL, withPercentage(8));
        assertThat((double) generated.requests()).isCloseTo(12_031, withPercentage(8));
        assertThat(generated.blocksPerRequest()).isCloseTo(23.98, withPercentage(8));
        assertThat(generated.seenOnceRatio()).isEqualTo(.758, within(.025));
        assertThat(generated.idealHitRatio()).isEqualTo(.3664, within(.025));
        assertThat(generated.durationSeconds()).isEqualTo(3600, within(60.0));
        assertAges(generated, withPercentage(15), withPercentage(20));
    }

    @ParameterizedTest
    @CsvSource({"1, .0523", "5, .1954", "10, .2784", "25, .3535", "50, .3631"})
    void aGeneratedHourIsCachedLikeTheRealOneThoughThatWasNotFitted(int percent, double published) {
        var generated = PolicyReplay.run(new TrafficGenerator(REAL, 1), new LruPolicy(),
                (long) REAL * percent / 100, 1);
        assertThat(generated.hitRatio()).isEqualTo(published, within(.02));
    }

    @ParameterizedTest
    @CsvSource({"1, .0523", "5, .1954", "10, .2784", "25, .3535", "50, .3631"})
    void policyReplayOfTheRealHourGivesThePublishedRatiosOfLru(int percent, double published) {
        long blockBytes = 1 << 16;
        var outcome = PolicyReplay.run(Traces.realHour(), new LruPolicy(),
                (long) REAL * percent / 100 * blockBytes, blockBytes);
        assertThat(outcome.references()).isEqualTo(288_500);
        assertThat(outcome.hitRatio()).isEqualTo(published, within(.00005));
        assertThat(outcome.prefixHits()).isLessThanOrEqualTo(outcome.hits());
    }

    @ParameterizedTest
    @CsvSource({"1, .0749", "5, .1876", "10, .2456", "25, .3460", "50, .3620"})
    void policyReplayOfTheRealHourGivesThePublishedRatiosOfS3Fifo(int percent, double published) {
        long capacityBytes = (long) REAL * percent / 100;
        var outcome = PolicyReplay.run(
                Traces.realHour(), new S3FifoPolicy(capacityBytes), capacityBytes, 1);
        assertThat(outcome.hitRatio()).isEqualTo(published, within(.00005));
    }

    /// The chain policy was looked at on the real hour alone.
    @ParameterizedTest
    @CsvSource({"1, .02", "5, .01", "10, .008"})
    void theChainPolicyHitsMoreThanLruInGeneratedTraffic(int percent, double more) {
        long capacityBytes = (long) REAL * percent / 100;
        var chain = PolicyReplay.run(new TrafficGenerator(REAL, 2),
                new ChainPolicy(capacityBytes), capacityBytes, 1);
        var lru = PolicyReplay.run(
                new TrafficGenerator(REAL, 2), new LruPolicy(), capacityBytes, 1);
        assertThat(chain.hitRatio()).isGreaterThan(lru.hitRatio() + more);
    }

    @Test
    void policyReplayTellsThePolicyWhichBlockFollowsWhich() {
        var told = new ArrayList<String>();
        var lru = new LruPolicy();
        PolicyReplay.run(Traces.requests(List.of(List.of(7, 8, 9), List.of(7, 9))),
                new ToldPolicy(lru, told), 100, 10);
        assertThat(told).containsExactly("1 after 0", "2 after 1", "3 after 2", "1 after 0",
                "3 after 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {10_000, 40_000})
    void aSmallerAmountOfDataIsStillAnHourOfTheSameKind(int distinctBlocks) {
        var generated = TrafficStatistics.of(new TrafficGenerator(distinctBlocks, 7));
        assertThat((double) generated.distinctBlocks())
                .isCloseTo(distinctBlocks, withPercentage(20));
        assertThat(generated.idealHitRatio()).isEqualTo(.3664, within(.1));
        assertThat(generated.durationSeconds()).isGreaterThan(3000);
    }

    @Test
    void theSameSeedGivesTheSameTrafficAndAnotherSeedAnother() {
        var first = requests(new TrafficGenerator(10_000, 42));
        assertThat(requests(new TrafficGenerator(10_000, 42))).isEqualTo(first);
        assertThat(requests(new TrafficGenerator(10_000, 43))).isNotEqualTo(first);
    }

    @Test
    void requestsComeInTheOrderOfTheirTimesAndShareTheSystemPrompt() {
        var generator = new TrafficGenerator(20_000, 1);
        long lastMillis = 0;
        long systemPrompt = new TrafficGenerator(20_000, 1).next().orElseThrow().blockIds()[0];
        for (var next = generator.next(); next.isPresent(); next = generator.next()) {
            var request = next.orElseThrow();
            assertThat(request.timestampMillis()).isGreaterThanOrEqualTo(lastMillis);
            lastMillis = request.timestampMillis();
            assertThat(request.blockIds()[0]).isEqualTo(systemPrompt);
            assertThat(Arrays.stream(request.blockIds()).distinct().count())
                    .isEqualTo(request.blockIds().length);
            int full = (request.blockIds().length - 1) * 512;
            assertThat(request.inputTokens()).isBetween(full + 1, full + 512);
        }
    }

    @Test
    void rejectsTooFewBlocksToBeTraffic() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TrafficGenerator(9_999, 1))
                .withMessageContaining("9999");
    }

    @Test
    void statisticsOfNothingAreZero() {
        var none = TrafficStatistics.of(Traces.ofText(""));
        assertThat(none.requests()).isZero();
        assertThat(none.idealHitRatio()).isZero();
        assertThat(none.seenOnceRatio()).isZero();
        assertThat(none.blocksPerRequest()).isZero();
        assertThat(none.durationSeconds()).isZero();
        assertThat(none.reuseAgeSeconds().p99()).isZero();
    }

    @Test
    void statisticsCountUsesAgesAndBlocksSeenOnce() {
        var some = TrafficStatistics.of(Traces.requests(
                List.of(List.of(0, 1, 2), List.of(0, 1, 3), List.of(0, 4), List.of(0, 1))));
        assertThat(some.requests()).isEqualTo(4);
        assertThat(some.references()).isEqualTo(10);
        assertThat(some.distinctBlocks()).isEqualTo(5);
        assertThat(some.blocksSeenOnce()).isEqualTo(3);
        assertThat(some.idealHitRatio()).isEqualTo(.5);
        assertThat(some.reuseAgeSeconds().p50()).isEqualTo(1);
        assertThat(some.reuseAgeSeconds().p99()).isEqualTo(2);
        assertThat(some.durationSeconds()).isEqualTo(3);
    }

    @Test
    void policyReplayTellsPrefixHitsFromOtherHits() {
        var traffic = Traces.requests(List.of(List.of(0, 1, 2), List.of(9, 1, 2), List.of(9, 1)));
        var outcome = PolicyReplay.run(traffic, new LruPolicy(), 100, 10);
        assertThat(outcome).isEqualTo(new PolicyReplay.Outcome(8, 4, 2));
    }

    @Test
    void policyReplayRejectsACapacityBelowOneBlock() {
        assertThatIllegalArgumentException().isThrownBy(
                () -> PolicyReplay.run(Traces.ofText(""), new LruPolicy(), 9, 10));
    }

    private static void assertAges(
            TrafficStatistics traffic,
            Percentage tolerance,
            Percentage toleranceOfP99) {
        assertThat(traffic.reuseAgeSeconds().p50()).isCloseTo(114, tolerance);
        assertThat(traffic.reuseAgeSeconds().p80()).isCloseTo(324, tolerance);
        assertThat(traffic.reuseAgeSeconds().p90()).isCloseTo(519, tolerance);
        assertThat(traffic.reuseAgeSeconds().p99()).isCloseTo(1578, toleranceOfP99);
    }

    private static List<String> requests(Traffic traffic) {
        List<String> requests = new ArrayList<>();
        for (var next = traffic.next(); next.isPresent(); next = traffic.next()) {
            var request = next.orElseThrow();
            requests.add(request.timestampMillis() + " " + request.inputTokens() + " "
                    + request.outputTokens() + " " + Arrays.toString(request.blockIds()));
        }
        return requests;
    }
}

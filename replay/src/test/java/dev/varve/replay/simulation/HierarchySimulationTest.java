package dev.varve.replay.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.varve.policy.LruPolicy;
import dev.varve.policy.S3FifoPolicy;
import dev.varve.replay.Traces;
import dev.varve.replay.Traffic;
import dev.varve.replay.TrafficGenerator;
import dev.varve.replay.TrafficStatistics;
import dev.varve.replay.simulation.HierarchySettings.ClientSettings;
import dev.varve.replay.simulation.HierarchySettings.Writing;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HierarchySimulationTest {
    private static final MediaCatalogue MEDIA = MediaCatalogue.shipped();
    private static final long BLOCK = 64 << 10;
    private static final int DISTINCT = 10_000;
    private static final long ALL = 2L * DISTINCT * BLOCK;

    private static Traffic traffic() {
        return new TrafficGenerator(DISTINCT, 1);
    }

    private static HierarchySettings settings(long memory, long flash, Writing writing) {
        return new HierarchySettings(BLOCK, TierSettings.of(MEDIA.medium("ddr5"), memory),
                List.of(TierSettings.of(MEDIA.medium("tlc"), flash)), Optional.empty(), writing,
                S3FifoPolicy::new, ClientSettings.DEFAULT);
    }

    private static HierarchySettings three(long memory, long flash, long object) {
        return new HierarchySettings(BLOCK, TierSettings.of(MEDIA.medium("ddr5"), memory),
                List.of(TierSettings.of(MEDIA.medium("tlc"), flash),
                        TierSettings.of(MEDIA.medium("object"), object)),
                Optional.empty(), Writing.ALL, S3FifoPolicy::new, ClientSettings.DEFAULT);
    }

    @Test
    void servesAllThatComesBackWhereEverythingFits() {
        var statistics = TrafficStatistics.of(traffic());
        var outcome = HierarchySimulation.run(settings(ALL, ALL, Writing.ALL), traffic());
        assertThat(outcome.blocks()).isEqualTo(statistics.references());
        assertThat(outcome.hitRatio()).isEqualTo(statistics.idealHitRatio(), within(1e-9));
        assertThat(outcome.tiers().get(0).hits()).isEqualTo(outcome.hits());
        assertThat(outcome.clientBytes()).isEqualTo(statistics.distinctBlocks() * BLOCK);
        assertThat(outcome.lifetimeYears()).isGreaterThan(1e6);
    }

    @Test
    void givesTheSameAnswerTwice() {
        var settings = three(ALL / 50, ALL / 10, ALL / 4);
        assertThat(HierarchySimulation.run(settings, traffic()))
                .isEqualTo(HierarchySimulation.run(settings, traffic()));
    }

    @Test
    void servesFromFlashWhatMemoryHasNoRoomFor() {
        var outcome = HierarchySimulation.run(settings(ALL / 50, ALL, Writing.ALL), traffic());
        assertThat(outcome.tiers().get(1).hits()).isGreaterThan(outcome.hits() / 4);
        assertThat(outcome.hitRatio()).isEqualTo(
                TrafficStatistics.of(traffic()).idealHitRatio(), within(0.01));
    }

    @Test
    void servesFromTheThirdTierWhatFlashHasNoRoomFor() {
        var two = HierarchySimulation.run(settings(ALL / 50, ALL / 10, Writing.ALL), traffic());
        var three = HierarchySimulation.run(three(ALL / 50, ALL / 10, ALL), traffic());
        assertThat(three.hitRatio()).isGreaterThan(two.hitRatio() + 0.02);
        assertThat(three.tiers().get(2).hits()).isPositive();
        assertThat(three.service().maxNanos()).isGreaterThan(24_000_000L);
    }

    @Test
    void writesLessToFlashWhereItIsSelective() {
        var all = HierarchySimulation.run(settings(ALL / 50, ALL / 10, Writing.ALL), traffic());
        var some = HierarchySimulation.run(settings(ALL / 50, ALL / 10, Writing.SELECTIVE),
                traffic());
        assertThat(some.tiers().get(1).writtenBytes())
                .isLessThan(0.7 * all.tiers().get(1).writtenBytes());
        assertThat(some.lifetimeYears()).isGreaterThan(all.lifetimeYears());
    }

    @Test
    void writesEverythingWhereItIsWriteThrough() {
        var through = HierarchySimulation.run(settings(ALL / 2, ALL, Writing.THROUGH), traffic());
        assertThat(through.tiers().get(1).writtenBytes())
                .isGreaterThanOrEqualTo((double) through.clientBytes());
    }

    @Test
    void drawsPowerForTheWholeHour() {
        var outcome = HierarchySimulation.run(settings(ALL / 50, ALL / 10, Writing.ALL), traffic());
        double watts = MEDIA.medium("tlc").value(Property.IDLE_POWER);
        assertThat(outcome.tiers().get(1).idleJoules())
                .isCloseTo(watts * outcome.seconds(), withPercentage(0.1));
    }

    @Test
    void letsRequestsWaitForASlowMedium() {
        var disk = new HierarchySettings(BLOCK, TierSettings.of(MEDIA.medium("ddr5"), ALL / 50),
                List.of(TierSettings.of(MEDIA.medium("hdd"), ALL)), Optional.empty(), Writing.ALL,
                S3FifoPolicy::new, ClientSettings.DEFAULT);
        var outcome = HierarchySimulation.run(disk, traffic());
        assertThat(outcome.meanSeconds()).isGreaterThan(1e-3);
        assertThat(outcome.service().maxNanos()).isGreaterThan(2 * 8_000_000L);
    }

    @Test
    void letsCommandsWaitForAProcessor() {
        var many = new ClientSettings(64, 1000, 10, 64, 10e-6, 100e-6, 100e-6, 0);
        var one = new ClientSettings(64, 1000, 10, 1, 10e-6, 100e-6, 100e-6, 0);
        var fast = HierarchySimulation.run(with(many), traffic());
        var slow = HierarchySimulation.run(with(one), traffic());
        assertThat(slow.meanSeconds()).isGreaterThan(1.5 * fast.meanSeconds());
        assertThat(slow.hitRatio()).isEqualTo(fast.hitRatio(), within(0.01));
    }

    private static HierarchySettings with(ClientSettings client) {
        return new HierarchySettings(BLOCK, TierSettings.of(MEDIA.medium("ddr5"), ALL),
                List.of(TierSettings.of(MEDIA.medium("tlc"), ALL)), Optional.empty(), Writing.ALL,
                S3FifoPolicy::new, client);
    }

    @Test
    void fetchesEachBlockOnceFromTheOrigin() {
        var settings = new HierarchySettings(BLOCK, TierSettings.of(MEDIA.medium("ddr5"), ALL),
                List.of(TierSettings.of(MEDIA.medium("tlc"), ALL)),
                Optional.of(MEDIA.medium("hdd")), Writing.ALL, _ -> new LruPolicy(),
                ClientSettings.DEFAULT);
        var outcome = HierarchySimulation.run(settings, traffic());
        assertThat(outcome.fetchedBytes())
                .isEqualTo(TrafficStatistics.of(traffic()).distinctBlocks() * BLOCK);
        assertThat(outcome.service().maxNanos()).isGreaterThan(8_000_000L);
    }

    @Test
    void refreshesWhatItKeepsBeyondItsRetention() {
        var forgetful = MEDIA.extended("forgetful.yaml", new java.io.StringReader("""
                media:
                  tlc:
                    retention: {value: 10 min, evidence: assumed, source: test}
                """));
        var settings = new HierarchySettings(BLOCK,
                TierSettings.of(MEDIA.medium("ddr5"), ALL / 50),
                List.of(TierSettings.of(forgetful.medium("tlc"), ALL)), Optional.empty(),
                Writing.ALL, S3FifoPolicy::new, ClientSettings.DEFAULT);
        double refreshed = HierarchySimulation.run(settings, traffic())
                .tiers()
                .get(1)
                .writtenBytes();
        double kept = HierarchySimulation.run(settings(ALL / 50, ALL, Writing.ALL), traffic())
                .tiers()
                .get(1)
                .writtenBytes();
        assertThat(refreshed).isGreaterThan(2 * kept);
    }

    @Test
    void keepsItsBooksWhateverComes() {
        for (int seed = 1; seed <= 30; seed++) {
            var random = new SplittableRandom(seed);
            var requests = IntStream.range(0, 300)
                    .mapToObj(_ -> IntStream.range(0, 1 + random.nextInt(40))
                            .mapToObj(_ -> random.nextInt(1500))
                            .toList())
                    .toList();
            var writing = List.of(Writing.values()).get(random.nextInt(3));
            long memory = (64 + random.nextInt(200)) * BLOCK;
            long flash = (512 + random.nextInt(1000)) * BLOCK;
            var outcome = HierarchySimulation.run(new HierarchySettings(BLOCK,
                    TierSettings.of(MEDIA.medium("ddr5"), memory),
                    List.of(TierSettings.of(MEDIA.medium("tlc"), flash),
                            TierSettings.of(MEDIA.medium("qlc"), flash)),
                    random.nextBoolean() ? Optional.of(MEDIA.medium("object")) : Optional.empty(),
                    writing, S3FifoPolicy::new, ClientSettings.DEFAULT), Traces.requests(requests));
            long tierHits = outcome.tiers().stream().mapToLong(TierOutcome::hits).sum();
            assertThat(tierHits).as("seed " + seed).isEqualTo(outcome.hits());
        }
    }

    @Test
    void rejectsTiersThatAreTooSmall() {
        assertThatThrownBy(() -> settings(BLOCK, ALL, Writing.ALL))
                .hasMessageContaining("must hold at least 32 blocks");
        assertThatThrownBy(() -> HierarchySimulation.run(settings(ALL, BLOCK, Writing.ALL),
                traffic())).hasMessageContaining("must hold at least 8 segments");
    }

    /// A live server on the same hour, with memory for 2 % of its blocks and flash for 10 %
    /// (`bench/run admission`, docs/configuration.md): hit ratio 0.279 selective, 0.277 with LRU
    /// and all written; 63 % fewer bytes to flash.
    @Test
    void saysWhatALiveServerDid() {
        var distinct = TrafficStatistics.of(Traces.realHour()).distinctBlocks();
        var client = new ClientSettings(8, 30, 10 / 30.0, 2, 35e-6, 70e-6, 70e-6, 0);
        var selective = HierarchySimulation.run(hour(distinct, Writing.SELECTIVE, client),
                Traces.realHour());
        var all = HierarchySimulation.run(hour(distinct, Writing.ALL, client), Traces.realHour());
        assertThat(selective.hitRatio()).isEqualTo(0.279, within(0.01));
        assertThat(all.hitRatio()).isEqualTo(0.277, within(0.01));
        assertThat(1 - selective.tiers().get(1).writtenBytes() / all.tiers().get(1).writtenBytes())
                .isEqualTo(0.63, within(0.05));
    }

    /// The case of docs/plan.md: shares of devices, blocks of 16 MiB.
    @Test
    void drawsLessThanHalfOfLruWithWriteThroughForNoFewerHitsAndHardlyMoreTime() {
        var tlc = MEDIA.medium("tlc");
        var plain = sliced(Writing.THROUGH, Eviction.of("lru"), tier("ddr4", 0.02),
                tier("tlc", 0.1));
        var three = sliced(Writing.SELECTIVE, Eviction.of("s3-fifo"), tier("ddr4", 0.005),
                tier("tlc", 0.14), tier("tlc", 0.1).concentrated(tlc.breakEvenSeconds()));
        assertThat(three.hitRatio()).isGreaterThanOrEqualTo(plain.hitRatio());
        assertThat(three.joules()).isLessThan(0.5 * plain.joules());
        assertThat(three.service().p99Nanos())
                .isLessThan((long) (1.2 * plain.service().p99Nanos()));
    }

    private static TierSettings tier(String medium, double share) {
        long distinct = TrafficStatistics.of(Traces.realHour()).distinctBlocks();
        return TierSettings.of(MEDIA.medium(medium), (long) (share * distinct * (16 << 20)))
                .sliced();
    }

    private static HierarchyOutcome sliced(
            Writing writing,
            Eviction eviction,
            TierSettings memory,
            TierSettings... logs) {
        return HierarchySimulation.run(new HierarchySettings(16 << 20, memory, List.of(logs),
                Optional.empty(), writing, eviction.of(writing), ClientSettings.DEFAULT),
                Traces.realHour());
    }

    private static HierarchySettings hour(long distinct, Writing writing, ClientSettings client) {
        return new HierarchySettings(BLOCK,
                TierSettings.of(MEDIA.medium("ddr5"), distinct / 50 * BLOCK),
                List.of(TierSettings.of(MEDIA.medium("tlc"), distinct / 10 * BLOCK)),
                Optional.empty(), writing,
                writing == Writing.ALL ? _ -> new LruPolicy() : S3FifoPolicy::new, client);
    }
}

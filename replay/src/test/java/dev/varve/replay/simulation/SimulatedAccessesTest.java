package dev.varve.replay.simulation;

import static dev.varve.replay.simulation.Accesses.access;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.policy.PolicyName;
import dev.varve.replay.TraceRequest;
import dev.varve.replay.TraceRequest.Operation;
import dev.varve.replay.simulation.HierarchySettings.ClientSettings;
import dev.varve.replay.simulation.HierarchySettings.Writing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Traffic that is no prompts: values of their own lengths, read, asked for, written and deleted.
final class SimulatedAccessesTest {
    private static final MediaCatalogue MEDIA = MediaCatalogue.shipped();
    private static final long MIB = 1 << 20;

    private static HierarchySettings settings(long memory, Eviction eviction) {
        return new HierarchySettings(64 << 10, TierSettings.of(MEDIA.medium("ddr5"), memory),
                List.of(TierSettings.of(MEDIA.medium("tlc"), 256 * MIB)), Optional.empty(),
                Writing.ALL, eviction.of(Writing.ALL), ClientSettings.DEFAULT);
    }

    private static HierarchyOutcome run(TraceRequest... requests) {
        return HierarchySimulation.run(settings(64 * MIB, Eviction.AUTO), Accesses.of(requests));
    }

    @Test
    void writesWhatAFetchMissed() {
        var outcome = run(access(0, Operation.FETCH, 1000, 1), access(1, Operation.FETCH, 1000, 1));
        assertThat(outcome.blocks()).isEqualTo(2);
        assertThat(outcome.hits()).isEqualTo(1);
        assertThat(outcome.clientBytes()).isEqualTo(1000);
    }

    @Test
    void leavesWhatAReadMissedToTheTrace() {
        var outcome = run(access(0, Operation.READ, 1000, 1), access(1, Operation.READ, 1000, 1),
                access(2, Operation.WRITE, 1000, 1), access(9, Operation.READ, 1000, 1));
        assertThat(outcome.blocks()).isEqualTo(3);
        assertThat(outcome.hits()).isEqualTo(1);
    }

    @Test
    void forgetsWhatIsDeleted() {
        var outcome = run(access(0, Operation.WRITE, 1000, 1), access(5, Operation.EXISTS, -1, 1),
                access(10, Operation.DELETE, -1, 1), access(15, Operation.EXISTS, -1, 1),
                access(20, Operation.TOUCH, -1, 1));
        assertThat(outcome.blocks()).isEqualTo(2);
        assertThat(outcome.hits()).isEqualTo(1);
        assertThat(outcome.service().count()).isZero();
    }

    @Test
    void readsAsManyBytesAsTheValueHas() {
        var outcome = run(access(0, Operation.WRITE, 3_000_000, 1),
                access(5, Operation.WRITE, 70_000, 1), access(10, Operation.READ, -1, 1));
        assertThat(outcome.tiers().getFirst().readBytes()).isEqualTo(70_000);
        assertThat(outcome.clientBytes()).isEqualTo(3_070_000);
    }

    @Test
    void keepsFewerOfTheLargerValues() {
        var small = HierarchySimulation.run(settings(8 * MIB, Eviction.of(PolicyName.LRU)),
                Accesses.of(twice(Operation.READ, 100_000)));
        var large = HierarchySimulation.run(settings(8 * MIB, Eviction.of(PolicyName.LRU)),
                Accesses.of(twice(Operation.READ, 1_000_000)));
        assertThat(small.tiers().getFirst().hits())
                .isGreaterThan(5 * large.tiers().getFirst().hits());
    }

    @Test
    void leavesOutWhatIsTooLargeForMemory() {
        var outcome = run(access(0, Operation.FETCH, 1L << 40, 1),
                access(1, Operation.FETCH, 1L << 40, 1), access(2, Operation.FETCH, 1000, 2));
        assertThat(outcome.hits()).isZero();
        assertThat(outcome.tiers().getFirst().writtenBytes()).isLessThan(2000);
    }

    @Test
    void readsThroughFromAnOrigin() {
        var plain = settings(64 * MIB, Eviction.AUTO);
        var outcome = HierarchySimulation.run(new HierarchySettings(plain.blockBytes(),
                plain.memory(), plain.logs(), Optional.of(MEDIA.medium("hdd")), Writing.THROUGH,
                plain.eviction(), plain.client()),
                Accesses.of(access(0, Operation.FETCH, 5000, 1, 2),
                        access(1000, Operation.READ, 5000, 1)));
        assertThat(outcome.fetchedBytes()).isEqualTo(10_000);
        assertThat(outcome.hits()).isEqualTo(1);
    }

    @Test
    void givesAConnectionsRequestsToOneClient() {
        var queues = new RequestQueues(Accesses.of(of(7, 1), of(0, 2), of(7, 3), of(4, 4)), 3);
        assertThat(queues.take(1).orElseThrow().timestampMillis()).isEqualTo(1);
        assertThat(queues.take(1).orElseThrow().timestampMillis()).isEqualTo(2);
        assertThat(queues.take(0)).isEmpty();
        assertThat(queues.take(1).orElseThrow().timestampMillis()).isEqualTo(3);
        assertThat(queues.take(1).orElseThrow().timestampMillis()).isEqualTo(4);
        assertThat(queues.take(1)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("evictions")
    void keepsItsBooksWithEachPolicyWhateverComes(Eviction eviction) {
        for (int seed = 1; seed <= 3; seed++) {
            var random = new SplittableRandom(seed);
            var requests = new ArrayList<TraceRequest>();
            var operations = List.of(Operation.values());
            for (int i = 0; i < 4000; i++) {
                var operation = operations.get(random.nextInt(operations.size()));
                long bytes = random.nextInt(8) == 0
                        ? TraceRequest.SIZE_UNKNOWN
                        : (long) Math.exp(random.nextDouble(0, 15));
                requests.add(new TraceRequest(i, operation, 512, 1, 512,
                        random.longs(random.nextInt(4), -200, 200).toArray(), bytes,
                        random.nextInt(3)));
            }
            var outcome = HierarchySimulation.run(settings(16 * MIB, eviction),
                    Accesses.of(requests));
            assertThat(outcome.hits()).as("seed " + seed).isPositive();
            assertThat(outcome.hits()).as("seed " + seed).isLessThan(outcome.blocks());
        }
    }

    static Stream<Eviction> evictions() {
        return Stream.concat(Stream.of(Eviction.AUTO),
                Stream.of(PolicyName.values()).map(Eviction::of));
    }

    @Test
    void samplesKeysOfLongTraffic() {
        var requests = twice(Operation.FETCH, 1000);
        var recording = Recording.of(Accesses.of(requests), requests.size() / 3);
        assertThat(recording.sampleRate()).isEqualTo(0.25);
        assertThat(recording.remarks().getFirst()).startsWith("one key of 4 is simulated");
        // Each key that is kept is kept whole.
        assertThat(recording.statistics().idealHits())
                .isEqualTo(recording.statistics().distinctBlocks());
        assertThat(recording.wholeBytes(1)).isBetween(150_000L, 250_000L);
    }

    @Test
    void spreadsTrafficWithoutTimes() {
        var recording = Recording.of(Accesses.of(access(0, Operation.FETCH, 1, 1),
                access(0, Operation.FETCH, 1, 2)));
        assertThat(recording.hasTimes()).isFalse();
        assertThat(recording.spreadOver(60).statistics().durationSeconds()).isEqualTo(30);
    }

    @Test
    void namesThePoliciesThatThereAre() {
        assertThatThrownBy(() -> Eviction.of("best"))
                .hasMessageStartingWith("eviction (best) must be one of auto, fifo, lru");
        assertThat(Eviction.of("chain").name()).isEqualTo("chain");
    }

    private static TraceRequest of(int connection, long millis) {
        return new TraceRequest(millis, Operation.FETCH, 0, 0, 1, new long[]{1}, 1, connection);
    }

    /// Writes 200 values, then does something with each, the latest first.
    private static List<TraceRequest> twice(Operation operation, long bytes) {
        var requests = new ArrayList<TraceRequest>();
        for (int i = 0; i < 400; i++) {
            requests.add(access(i * 100L, i < 200 && operation == Operation.READ
                    ? Operation.WRITE
                    : operation, bytes, i < 200 ? i : 399 - i));
        }
        return requests;
    }
}

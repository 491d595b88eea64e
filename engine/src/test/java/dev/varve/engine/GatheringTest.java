package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// An engine with a mebibyte of memory, of which a quarter may be gathered, and clients that write
/// a block each ten milliseconds.
final class GatheringTest {
    private static final int BLOCK_BYTES = 4096;
    private static final Duration ROUND = Duration.ofSeconds(16);
    private static final Duration REST = Duration.ofSeconds(2);

    @Test
    void writesSeldomAndMuchAtATime() {
        try (var steady = rig(new PlacementGoal.Latency());
                var gathered = rig(new PlacementGoal.Energy(1.2))) {
            warm(steady);
            warm(gathered);
            int steadyWrites = writes(steady, "more", 500).size();
            var bursts = writes(gathered, "more", 500);
            assertThat(steadyWrites).isGreaterThan(400);
            assertThat(bursts).hasSizeBetween(10, 25)
                    .allSatisfy(bytes -> assertThat(bytes).isBetween(90L << 10, 400L << 10));
            assertThat(gathered.engine.status().goal().bursts()).isPositive();
        }
    }

    /// What is gathered is readable until its room is needed, and so memory holds no less.
    @Test
    void takesNoMemoryFromReaders() {
        try (var steady = rig(new PlacementGoal.Latency());
                var gathered = rig(new PlacementGoal.Energy(1.2))) {
            warm(steady);
            warm(gathered);
            assertThat(inMemory(gathered)).isGreaterThanOrEqualTo(inMemory(steady) - 4);
        }
    }

    @Test
    void keepsWhatWasReadSinceItWasWritten() {
        try (var rig = rig(new PlacementGoal.Energy(1.2))) {
            warm(rig);
            var key = ObjectKey.of("old");
            rig.cache().put(key, new byte[BLOCK_BYTES]);
            for (int i = 0; i < 40; i++) {
                writes(rig, "run" + i + "-", 20);
                assertThat(rig.cache().get(key)).isPresent();
            }
            long flashReads = rig.engine.status().reads().flashBlocks();
            assertThat(flashReads).as("reads of it from flash").isZero();
        }
    }

    @Test
    void neverLetsAWriterWaitForABurst() {
        try (var rig = rig(new PlacementGoal.Energy(1.2))) {
            warm(rig);
            for (int i = 0; i < 3000; i++) { // the background does nothing at all
                long before = rig.clock.nanoTime();
                rig.cache().put(ObjectKey.of("fast" + i), new byte[BLOCK_BYTES]);
                assertThat(rig.clock.nanoTime()).isEqualTo(before);
            }
        }
    }

    @Test
    void gathersNothingWhileTheGoalRests() {
        try (var rig = rig(new PlacementGoal.Energy(1.2))) {
            warm(rig);
            untilRest(rig);
            assertThat(writes(rig, "rest", 150).size()).isGreaterThan(100);
        }
    }

    @Test
    void losesNothingWhenItCloses() {
        try (var rig = rig(new PlacementGoal.Energy(1.2))) {
            warm(rig);
            writes(rig, "last", 100);
            rig.closeAndReopen();
            for (int i = 0; i < 100; i++) {
                assertThat(rig.cache().get(ObjectKey.of("last" + i))).isPresent();
            }
        }
    }

    @Test
    void writesDurableObjectsAtOnce() {
        try (var rig = rig(new PlacementGoal.Energy(1.2))) {
            long before = device(rig);
            rig.durable().put(ObjectKey.of("d"), new byte[BLOCK_BYTES]);
            assertThat(device(rig) - before).isGreaterThanOrEqualTo(BLOCK_BYTES);
        }
    }

    @Test
    void saysNothingOfItWhereTheGoalIsLatency() {
        try (var rig = rig(new PlacementGoal.Latency())) {
            warm(rig);
            assertThat(rig.engine.status().goal()).isEqualTo(EngineStatus.Goal.LATENCY);
        }
    }

    @Test
    void gathersLessWhereReadsOfFlashTakeLongerForIt() {
        try (var rig = rig(new PlacementGoal.Energy(1.2))) {
            var gathering = new Gathering(
                    new PlacementGoal.Energy(1.2), rig.engine.residency(), rig.clock);
            for (int i = 0; i < 10_000; i++) {
                boolean rests = gathering.burstBytes().isEmpty();
                long start = rig.clock.nanoTime();
                rig.clock.advance(Duration.ofNanos(rests ? 200_000 : 400_000));
                gathering.readForClient(BLOCK_BYTES, start);
                rig.clock.advance(Duration.ofMillis(10));
            }
            var goal = gathering.status();
            assertThat(goal.halvings()).isPositive();
            assertThat(goal.burstBytes()).isLessThanOrEqualTo(goal.mostBytes() / 16);
        }
    }

    @Test
    void refusesASlackBelowOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PlacementGoal.Energy(0.5))
                .withMessageContaining("must be at least 1");
    }

    private static EngineRig rig(PlacementGoal goal) {
        return new EngineRig(1, 64 << 20, EngineRig.SETTINGS.with(goal));
    }

    /// Fills memory, and lets the burst grow, which takes a few rounds of the goal.
    private static void warm(EngineRig rig) {
        for (int round = 0; round < 4; round++) {
            writes(rig, "warm" + round + "-", 300);
            rig.clock.advance(ROUND);
        }
        untilRest(rig);
        rig.clock.advance(REST);
        writes(rig, "warm-", 100);
    }

    private static void untilRest(EngineRig rig) {
        long round = ROUND.toNanos();
        long begin = Duration.ofSeconds(1).toNanos(); // where the clock of the rig begins
        long past = Math.floorMod(rig.clock.nanoTime() - begin, round);
        rig.clock.advance(Duration.ofNanos(
                Math.floorMod(round - REST.toNanos() - past, round)));
        demote(rig);
    }

    /// @return what the device took at a time, where it took something
    private static List<Long> writes(EngineRig rig, String name, int count) {
        var written = new ArrayList<Long>();
        for (int i = 0; i < count; i++) {
            rig.cache().put(ObjectKey.of(name + i), new byte[BLOCK_BYTES]);
            long before = device(rig);
            demote(rig);
            long bytes = device(rig) - before;
            if (bytes > 0) {
                written.add(bytes);
            }
            rig.clock.advance(Duration.ofMillis(10));
        }
        return written;
    }

    private static void demote(EngineRig rig) {
        while (rig.tasks.step("demotion") > 0) {
            // a batch at a time
        }
    }

    private static long device(EngineRig rig) {
        return rig.engine.status().movement().deviceBytesWritten();
    }

    private static long inMemory(EngineRig rig) {
        return rig.engine.status().tiers().getFirst().blocks();
    }
}

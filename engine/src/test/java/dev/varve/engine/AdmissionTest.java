package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.AdmissionSettings.Mode;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AdmissionTest {
    private static final int BLOCK_BYTES = 4096;

    @Test
    void writesEverythingWhileFlashHasRoom() {
        try (var rig = rig(Mode.SELECTIVE, AdmissionSettings.UNLIMITED)) {
            writeRun(rig, "a", 1000);
            assertThat(rig.engine.status().admissions().room()).isPositive();
            assertThat(rig.engine.status().admissions().waited()).isZero();
            assertThat(rig.cache().get(ObjectKey.of("a0"))).isPresent();
        }
    }

    @Test
    void refusesWhatIsUnlikelyToBeAskedForAgainAndSaysWhy() {
        try (var rig = rig(Mode.SELECTIVE, AdmissionSettings.UNLIMITED)) {
            fill(rig);
            writeRun(rig, "more", 2000);
            var refused = IntStream.range(0, 2000)
                    .mapToObj(i -> ObjectKey.of("more" + i))
                    .filter(key -> rig.cache().get(key).isEmpty())
                    .findFirst()
                    .orElseThrow();
            assertThat(rig.cache().explain(refused).facts(0))
                    .containsEntry("reason", "refused at admission to flash")
                    .hasEntrySatisfying("detail", detail -> assertThat(detail.toString())
                            .matches("chance to be asked for again \\d+ %,"
                                    + " worth a write from \\d+ % on"));
        }
    }

    @Test
    void writesWhatWasAskedForAgainAndAgain() {
        try (var rig = rig(Mode.SELECTIVE, AdmissionSettings.UNLIMITED)) {
            for (int round = 0; round < 60; round++) {
                for (int i = 0; i < 50; i++) {
                    var key = ObjectKey.of("regular" + i);
                    if (rig.cache().get(key).isEmpty()) {
                        rig.cache().put(key, new byte[BLOCK_BYTES]);
                    }
                }
                writeRun(rig, "stranger" + round + "-", 300);
            }
            long regulars = IntStream.range(0, 50)
                    .filter(i -> rig.cache().get(ObjectKey.of("regular" + i)).isPresent())
                    .count();
            assertThat(regulars).isGreaterThan(45);
            assertThat(rig.engine.status().admissions().unlikely()).isPositive();
        }
    }

    @Test
    void keepsWhatItPromisedThoughNobodyReadIt() {
        try (var rig = rig(Mode.SELECTIVE, AdmissionSettings.UNLIMITED)) {
            fill(rig);
            writeRun(rig, "long", 100);
            assertThat(rig.cache().pin(ObjectKey.of("long70"), Duration.ofMinutes(1))).isTrue();
            writeRun(rig, "more", 1000);
            assertThat(rig.cache().get(ObjectKey.of("long70"))).isPresent();
            assertThat(rig.engine.status().admissions().held()).isPositive();
        }
    }

    /// It would take room from what readers find in memory, and then wake flash for.
    @Test
    void letsNothingWaitWhereTheGoalIsEnergy() {
        try (var rig = new EngineRig(1, 8 << 20, EngineRig.SETTINGS
                .with(Duration.ZERO, new AdmissionSettings(
                        Mode.SELECTIVE, AdmissionSettings.UNLIMITED))
                .with(new PlacementGoal.Energy(1.2)))) {
            fill(rig);
            writeRun(rig, "more", 2000);
            assertThat(rig.engine.status().admissions().unlikely()).isPositive();
            assertThat(rig.engine.status().admissions().waited()).isZero();
        }
    }

    @Test
    void savesWhatWaitsInMemoryWhenItCloses() {
        try (var rig = rig(Mode.SELECTIVE, AdmissionSettings.UNLIMITED)) {
            fill(rig);
            writeRun(rig, "long", 40);
            rig.closeAndReopen();
            for (int i = 0; i < 40; i++) {
                assertThat(rig.cache().get(ObjectKey.of("long" + i))).isPresent();
            }
        }
    }

    @Test
    void keepsToTheBudgetOfWritesEvenWhenItCloses() {
        long budget = 8L << 20;
        try (var rig = rig(Mode.ALL, budget)) {
            writeRun(rig, "a", 3000);
            rig.clock.advance(Duration.ofHours(12));
            writeRun(rig, "b", 3000);
            var status = rig.engine.status();
            assertThat(status.admissions().overBudget()).isPositive();
            assertThat(status.admissions().budgetLeftBytes()).isLessThan(64 << 10);
            assertThat(rig.cache().explain(ObjectKey.of("a2000")).facts(0))
                    .containsEntry("detail", "flash-writes-per-day is used up");
            rig.engine.close();
            assertThat(rig.engine.status().movement().deviceBytesWritten()).isPositive()
                    .isLessThanOrEqualTo(budget);
        }
    }

    @Test
    void countsDurableWritesAndRefusesNone() {
        try (var rig = rig(Mode.ALL, 8L << 20)) {
            for (int i = 0; i < 40; i++) {
                rig.durable().put(ObjectKey.of("d" + i), new byte[100_000]);
            }
            writeRun(rig, "a", 500);
            var admissions = rig.engine.status().admissions();
            assertThat(admissions.budgetLeftBytes()).isNegative();
            assertThat(admissions.overBudget()).isPositive();
            assertThat(rig.durable().get(ObjectKey.of("d39"))).isPresent();
        }
    }

    /// Conversations on a small scale: short prompts come back more often than long ones. With
    /// admission, flash takes much less and serves no less.
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void writesLessForNoFewerHits(long seed) {
        var all = replay(Mode.ALL, seed);
        var selective = replay(Mode.SELECTIVE, seed);
        assertThat(selective.hits()).as("hits with seed " + seed + " of " + all)
                .isGreaterThanOrEqualTo(all.hits());
        assertThat(selective.deviceBytes()).as("bytes with seed " + seed + " of " + all)
                .isLessThan(all.deviceBytes() * 6 / 10);
    }

    private record Outcome(long hits, long blocks, long deviceBytes) {}

    private record Turn(long at, int conversation, int blocks, boolean isShort) {}

    private static Outcome replay(Mode mode, long seed) {
        var random = new Random(seed);
        long hits = 0;
        long blocks = 0;
        try (var rig = rig(mode, AdmissionSettings.UNLIMITED)) {
            var client = rig.cache().as(rig.engine.newClient());
            var due = new PriorityQueue<>(Comparator.comparingLong(Turn::at));
            for (int now = 0; now < 3000; now++) {
                var turn = !due.isEmpty() && due.element().at() <= now
                        ? due.remove()
                        : first(now, random);
                blocks += turn.blocks();
                hits += request(rig, client, turn);
                if (random.nextDouble() < (turn.isShort() ? 0.6 : 0.1)) {
                    due.add(new Turn(now + 50 + random.nextInt(300), turn.conversation(),
                            turn.blocks() + 2, turn.isShort()));
                }
            }
            return new Outcome(hits, blocks,
                    rig.engine.status().movement().deviceBytesWritten());
        }
    }

    private static Turn first(int now, Random random) {
        boolean isShort = random.nextInt(3) > 0;
        int length = isShort ? 2 + random.nextInt(8) : 30 + random.nextInt(40);
        return new Turn(now, now, length, isShort);
    }

    /// Reads what is there, and writes the rest, as an engine does.
    private static int request(EngineRig rig, Bucket cache, Turn turn) {
        int hits = 0;
        while (hits < turn.blocks() && cache.get(key(turn, hits)).isPresent()) {
            hits++;
        }
        for (int i = hits; i < turn.blocks(); i++) {
            cache.put(key(turn, i), new byte[BLOCK_BYTES]);
        }
        rig.tasks.stepAll();
        return hits;
    }

    private static ObjectKey key(Turn turn, int block) {
        return ObjectKey.of(turn.conversation() + "/" + block);
    }

    /// Leaves flash so full that something must go for whatever comes next.
    private static void fill(EngineRig rig) {
        for (int i = 0; rig.engine.status().admissions().unlikely() == 0; i++) {
            assertThat(i).isLessThan(100);
            writeRun(rig, "fill" + i + "-", 100);
        }
    }

    private static void writeRun(EngineRig rig, String name, int count) {
        for (int i = 0; i < count; i++) {
            var key = ObjectKey.of(name + i);
            rig.cache().put(key, new byte[BLOCK_BYTES]);
            if (i % 16 == 15) {
                rig.tasks.stepAll();
            }
        }
        rig.tasks.stepAll();
    }

    private static EngineRig rig(Mode mode, long deviceBytesPerDay) {
        return new EngineRig(7, 16 << 20,
                EngineRig.SETTINGS.with(Duration.ofSeconds(10),
                        new AdmissionSettings(mode, deviceBytesPerDay)));
    }
}

package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.Departure.Reason;
import dev.varve.engine.EngineStatus.ShareStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two tenants on one engine: what one does must not cost the other what is within its quota.
final class SharesTest {
    private static final int LENGTH = 8_000;
    private static final long FLASH_BYTES = 24 << 20;
    private static final ShareSettings ANN = share("ann", 30, 30, "a/");
    private static final ShareSettings BERT = share("bert", 30, 30, "b/", "bb/");

    private final EngineRig rig = new EngineRig(11, FLASH_BYTES);

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aFloodTakesNoMemoryFromWhoKeepsWithinItsQuota() {
        rig.engine.divide(List.of(ANN, BERT));
        put("b/", 30);
        for (int i = 0; i < 600; i++) {
            put("a/", i, i + 1);
            if (i % 100 == 0) {
                assertThat(inMemory("b/", 30)).as("after %d", i).isEqualTo(30);
            }
        }
        assertThat(inMemory("b/", 30)).isEqualTo(30);
        assertThat(status("ann").memoryBytes()).isLessThanOrEqualTo(EngineRig.MEMORY_BYTES * 3 / 4);
        for (int i = 0; i < 600; i++) {
            put("others/", i, i + 1);
        }
        assertThat(inMemory("b/", 30)).as("after others' flood").isEqualTo(30);
    }

    @Test
    void withoutSharesAFloodTakesAll() {
        put("b/", 30);
        put("a/", 1_000);
        assertThat(inMemory("b/", 30)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void aFloodTakesNoFlashFromWhoKeepsWithinItsQuota(long seed) {
        rig.engine.divide(List.of(ANN, BERT));
        var random = new Random(seed);
        // 6 MB, mixed with other blocks in the same segments.
        int mine = 750;
        int flood = 0;
        for (int i = 0; i < mine; i++) {
            put("b/", i, i + 1);
            int others = random.nextInt(4);
            put("a/", flood, flood + others);
            flood += others;
        }
        long before = written();
        int end = flood + 6_000;
        for (; flood < end; flood++) {
            put("a/", flood, flood + 1);
        }
        assertThat(present("b/", mine)).isEqualTo(mine);
        assertThat(status("bert").overQuota()).isZero();
        assertThat(status("ann").overQuota()).isPositive();
        assertThat(reasons("a/", end - 5_500, end - 3_500)).containsOnly(Reason.OVER_QUOTA);
        long floodBytes = 6_000L * LENGTH;
        double amplification = (double) (written() - before) / floodBytes;
        System.out.println("seed " + seed + ": flash wrote " + amplification
                + " bytes for each byte of the flood");
        assertThat(amplification).isBetween(1.01, 1.25);
    }

    @Test
    void whoHasMoreThanItsQuotaFallsBackToItWhenOthersWantTheRoom() {
        rig.engine.divide(List.of(ANN, BERT));
        put("a/", 2_500);
        assertThat(status("ann").flashBytes()).as("nobody else wants it")
                .isGreaterThan(FLASH_BYTES / 2);
        put("b/", 2_000);
        put("c/", 2_000);
        put("b/", 2_000, 2_100);
        assertThat(status("ann").flashBytes()).isLessThan(FLASH_BYTES * 4 / 10);
        assertThat(status("bert").flashBytes()).isGreaterThan(FLASH_BYTES * 2 / 10);
    }

    @Test
    void countsAgainAfterARestart() {
        rig.engine.divide(List.of(ANN, BERT));
        put("a/", 300);
        put("b/", 200);
        put("c/", 100);
        rig.closeAndReopen();
        assertThat(rig.engine.status().shares()).isEmpty();
        rig.engine.divide(List.of(ANN, BERT));
        assertThat(status("ann").flashBytes()).isEqualTo(300L * LENGTH);
        assertThat(status("bert").flashBytes()).isEqualTo(200L * LENGTH);
        assertThat(status("").flashBytes()).isEqualTo(100L * LENGTH);
    }

    @Test
    void anotherDivisionMovesBlocksAndLosesNone() {
        rig.engine.divide(List.of(ANN, BERT));
        put("a/", 20);
        put("b/", 20);
        long memory = status("ann").memoryBytes();
        assertThat(rig.cache().pin(key("a/", 1), Duration.ofMinutes(1))).isTrue();
        assertThat(status("ann").heldBytes()).isEqualTo(LENGTH);
        rig.cache().get(key("a/", 1));
        rig.cache().get(key("a/", 99));

        rig.engine.divide(List.of(share("carl", 10, 10, "a/1"), share("ann", 10, 10, "b/")));

        assertThat(present("a/", 20) + present("b/", 20)).isEqualTo(40);
        assertThat(status("carl").memoryBytes()).isEqualTo(memory / 20 * 11);
        assertThat(status("ann").memoryBytes()).isEqualTo(memory);
        assertThat(status("").memoryBytes()).isEqualTo(memory / 20 * 9);
        assertThat(status("carl").heldBytes()).isEqualTo(LENGTH);
        assertThat(status("ann").heldBytes()).isZero();
        assertThat(status("ann").hits()).as("counts go on").isEqualTo(1);
        assertThat(status("ann").misses()).isEqualTo(1);
        rig.cache().release(key("a/", 1));
        assertThat(status("carl").heldBytes()).isZero();

        rig.engine.divide(List.of());
        assertThat(rig.engine.status().shares()).isEmpty();
        put("c/", 300);
        assertThat(inMemory("b/", 20)).isZero();
    }

    @Test
    void oneTenantsHoldsDoNotUseUpAnothers() {
        rig.engine.divide(List.of(ANN, BERT));
        int pinned = 0;
        for (int i = 0; i < 300; i++) {
            put("a/", i, i + 1);
            pinned += rig.cache().pin(key("a/", i), Duration.ofMinutes(1)) ? 1 : 0;
        }
        long quota = ANN.memoryBytes().orElseThrow() / 4 + ANN.flashBytes().orElseThrow() / 8;
        assertThat(pinned).isEqualTo((int) (quota / LENGTH));
        put("b/", 1);
        assertThat(rig.cache().pin(key("b/", 0), Duration.ofMinutes(1))).isTrue();
        put("c/", 1);
        assertThat(rig.cache().pin(key("c/", 0), Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void findsTheShareOfEachKey() {
        var division = new Division(List.of(share("x", 1, 1, "m", "k/"), share("y", 1, 1, "ka")),
                100, 100, List.of());
        rig.cache();
        rig.durable();
        var cache = ((TieredBucket) rig.cache()).state();
        var durable = ((TieredBucket) rig.durable()).state();
        for (var expected : List.of("m:x", "mm:x", "m/1:x", "k:", "k/:x", "k/9:x", "ka:y", "kab:y",
                "kb:", "j:", "n:", "l:")) {
            var parts = expected.split(":", -1);
            assertThat(division.of(cache, ObjectKey.of(parts[0])).name()).as(expected)
                    .isEqualTo(parts[1]);
            assertThat(division.of(durable, ObjectKey.of(parts[0])).index()).isZero();
        }
    }

    @Test
    void refusesSharesThatOverlap() {
        assertThatThrownBy(() -> rig.engine.divide(List.of(ANN, share("c", 1, 1, "a/x"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prefix a/x of share c must not begin with a/ of share ann");
        assertThatThrownBy(() -> rig.engine.divide(List.of(share("c", 1, 1, ""), ANN)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> share("c", 1, 1)).hasMessage("share c must have a prefix");
        assertThat(rig.engine.status().shares()).isEmpty();
    }

    private static ShareSettings share(
            String name,
            int memoryPercent,
            int flashPercent,
            String... prefixes) {
        return new ShareSettings(name, Arrays.stream(prefixes).map(ObjectKey::of).toList(),
                OptionalLong.of(EngineRig.MEMORY_BYTES * (long) memoryPercent / 100),
                OptionalLong.of(FLASH_BYTES * flashPercent / 100));
    }

    private ShareStatus status(String name) {
        return rig.engine.status()
                .shares()
                .stream()
                .filter(share -> share.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private long written() {
        var movement = rig.engine.status().movement();
        return movement.demotedBytes() + movement.reinsertedBytes();
    }

    private void put(String prefix, int count) {
        put(prefix, 0, count);
    }

    private void put(String prefix, int from, int to) {
        for (int i = from; i < to; i++) {
            rig.cache().put(key(prefix, i), new byte[LENGTH]);
            rig.tasks.stepAll();
        }
    }

    private int present(String prefix, int count) {
        int present = 0;
        for (int i = 0; i < count; i++) {
            present += rig.cache().explain(key(prefix, i)) instanceof Explanation.Present ? 1 : 0;
        }
        return present;
    }

    private int inMemory(String prefix, int count) {
        int present = 0;
        for (int i = 0; i < count; i++) {
            present += rig.cache().explain(key(prefix, i)) instanceof Explanation.Present found
                    && found.blocksInMemory() > 0 ? 1 : 0;
        }
        return present;
    }

    /// Why those left that did.
    private Set<Reason> reasons(String prefix, int from, int to) {
        var reasons = EnumSet.noneOf(Reason.class);
        for (int i = from; i < to; i++) {
            if (rig.cache().explain(key(prefix, i)) instanceof Explanation.Left(var departure)) {
                reasons.add(departure.reason());
            }
        }
        return reasons;
    }

    private static ObjectKey key(String prefix, int index) {
        return ObjectKey.of(prefix + index);
    }
}

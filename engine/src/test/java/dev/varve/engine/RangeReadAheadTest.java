package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.EngineStatus.PrefetchStatus;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Objects of several blocks, on flash, of which ranges are read. Two blocks may wait for their
/// reader: an eighth of memory.
final class RangeReadAheadTest {
    private static final int BLOCK = 64 << 10;
    private static final int BLOCKS = 24;
    private static final ObjectKey KEY = ObjectKey.of("large");

    private final EngineRig rig = new EngineRig(3, 64 << 20);

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void theRestOfARangeComesUpAheadOfItsReader() {
        store(rig, KEY);
        try (var reader = rig.durable().open(KEY).orElseThrow()) {
            reader.willRead(0, (long) BLOCKS * BLOCK);
            for (int i = 0; i < BLOCKS; i++) {
                try (var block = reader.read(i)) {
                    assertThat(block.crc32c()).isEqualTo(reader.blockCrc32c(i));
                }
                step(rig);
            }
        }
        assertThat(of(rig, PrefetchKind.SEQUENTIAL))
                .isEqualTo(status(PrefetchKind.SEQUENTIAL, BLOCKS - 1, BLOCKS - 1, 0, 0, 2));
    }

    @Test
    void rangesInSequenceBringUpTheNextOnes() {
        store(rig, KEY);
        read(rig, KEY, 0, 1, 2);
        assertThat(inMemory(3)).isTrue();
        read(rig, KEY, 3);
        assertThat(of(rig, PrefetchKind.SEQUENTIAL))
                .isEqualTo(status(PrefetchKind.SEQUENTIAL, 3, 1, 0, 2, 2));
    }

    @Test
    void rangesAtEqualDistancesBringUpTheNextOnesBackwards() {
        store(rig, KEY);
        read(rig, KEY, 23, 20, 17, 14);
        assertThat(inMemory(11)).isTrue();
        assertThat(inMemory(8)).isTrue();
        assertThat(inMemory(12)).isFalse();
        read(rig, KEY, 11);
        assertThat(of(rig, PrefetchKind.STRIDED))
                .isEqualTo(status(PrefetchKind.STRIDED, 3, 1, 0, 2, 2));
    }

    @Test
    void readersOfRandomRangesCostNothing() {
        store(rig, KEY);
        read(rig, KEY, 5, 17, 2, 23, 9, 14, 0, 20);
        assertThat(rig.engine.status().movement().prefetchedBytes()).isZero();
    }

    @Test
    void whatLeavesMemoryUnreadIsCountedAndNothingIsLeftWaiting() {
        store(rig, KEY);
        read(rig, KEY, 0, 1, 2);
        assertThat(of(rig, PrefetchKind.SEQUENTIAL))
                .isEqualTo(status(PrefetchKind.SEQUENTIAL, 2, 0, 0, 2, 2));
        rig.durable().remove(KEY);
        assertThat(of(rig, PrefetchKind.SEQUENTIAL))
                .isEqualTo(status(PrefetchKind.SEQUENTIAL, 2, 0, 2, 0, 2));
    }

    @Test
    void whatWaitsForTooLongCountsAsUnread() {
        store(rig, KEY);
        read(rig, KEY, 0, 1, 2);
        rig.clock.advance(PrefetchMeter.PATIENCE);
        read(rig, KEY, 10, 11, 12);
        assertThat(inMemory(13)).isTrue();
        assertThat(of(rig, PrefetchKind.SEQUENTIAL))
                .isEqualTo(status(PrefetchKind.SEQUENTIAL, 4, 0, 2, 2, 2));
    }

    @Test
    void readersThatLeaveAreReadAheadForLessAndThoseThatStayForMoreAgain() {
        for (int i = 0; i < 40; i++) {
            store(rig, KEY);
            read(rig, KEY, 0, 1, 2);
            rig.durable().remove(KEY);
        }
        var closed = of(rig, PrefetchKind.SEQUENTIAL);
        assertThat(closed.allowanceBytes()).isLessThan(BLOCK);
        assertThat(closed.broughtUpBytes()).isLessThan(60L * BLOCK);
        for (int i = 0; i < 10; i++) {
            store(rig, KEY);
            read(rig, KEY, IntStream.range(0, BLOCKS).toArray());
        }
        assertThat(of(rig, PrefetchKind.SEQUENTIAL).allowanceBytes()).isEqualTo(2L * BLOCK);
    }

    @Test
    void whatAClientWishesForWaitsUntilThereIsRoom() {
        int objects = 16;
        for (int i = 0; i < objects; i++) {
            rig.cache().put(ObjectKey.of("wish-" + i), new byte[BLOCK]);
            rig.tasks.stepAll();
        }
        for (int i = 0; i < 40; i++) {
            pushOut(i);
        }
        for (int i = 0; i < objects; i++) {
            assertThat(rig.cache().prefetch(ObjectKey.of("wish-" + i))).isTrue();
        }
        step(rig);
        var waiting = of(rig, PrefetchKind.HINT);
        assertThat(waiting).isEqualTo(status(PrefetchKind.HINT, 8, 0, 0, 8, 8));
        for (int i = 0; i < objects; i++) {
            assertThat(rig.cache().get(ObjectKey.of("wish-" + i))).isPresent();
            step(rig);
        }
        assertThat(of(rig, PrefetchKind.HINT))
                .isEqualTo(status(PrefetchKind.HINT, objects, objects, 0, 0, 8));
    }

    @Test
    void nothingComesUpWhereItIsSwitchedOff() {
        try (var off = new EngineRig(3, 64 << 20, EngineRig.SETTINGS.readingAhead(false))) {
            store(off, KEY);
            read(off, KEY, 0, 1, 2, 3, 4, 5);
            assertThat(off.engine.status().movement().prefetchedBytes()).isZero();
        }
    }

    @Test
    void forgetsObjectsRatherThanGrowWithTheirNumber() {
        store(rig, KEY);
        var bucket = ((TieredBucket) rig.durable()).state();
        var histories = new RangeHistories();
        histories.asked(bucket, large(KEY), 0, BLOCK);
        histories.asked(bucket, large(KEY), BLOCK, BLOCK);
        for (int i = 0; i < 1_000_000; i++) {
            histories.asked(bucket, large(ObjectKey.of("other-" + i)), 0, BLOCK);
        }
        assertThat(histories.asked(bucket, large(KEY), 2L * BLOCK, BLOCK)).isEmpty();
    }

    private static ObjectInfo large(ObjectKey key) {
        return new ObjectInfo(key, (long) BLOCKS * BLOCK, 1, 1, ObjectAttributes.NONE);
    }

    private static void store(EngineRig rig, ObjectKey key) {
        var bytes = new byte[BLOCKS * BLOCK];
        new Random(BLOCKS).nextBytes(bytes);
        rig.durable().put(key, bytes);
    }

    /// Reads one block's range after the other, each as a request of its own.
    private static void read(EngineRig rig, ObjectKey key, int... blocks) {
        for (int block : blocks) {
            try (var reader = rig.durable().open(key).orElseThrow()) {
                reader.willRead((long) block * BLOCK, BLOCK);
                reader.read(block).close();
            }
            step(rig);
        }
    }

    private boolean inMemory(int block) {
        try (var reader = rig.durable().open(KEY).orElseThrow()) {
            var id = ((OpenObject) reader).block(block).id();
            return rig.engine.residency().isResident(id);
        }
    }

    private void pushOut(int seed) {
        for (int i = 0; i < 16; i++) {
            rig.cache().put(ObjectKey.of("new-" + seed + "-" + i), new byte[BLOCK]);
            rig.tasks.stepAll();
        }
    }

    private static void step(EngineRig rig) {
        for (int i = 0; i < 10; i++) {
            rig.tasks.stepAll();
        }
    }

    private static PrefetchStatus of(EngineRig rig, PrefetchKind kind) {
        return rig.engine.status()
                .prefetch()
                .stream()
                .filter(status -> status.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    /// In blocks.
    private static PrefetchStatus status(
            PrefetchKind kind,
            long broughtUp,
            long useful,
            long unread,
            long waiting,
            long allowance) {
        return new PrefetchStatus(kind, broughtUp * BLOCK, useful * BLOCK, unread * BLOCK,
                waiting * BLOCK, allowance * BLOCK);
    }
}

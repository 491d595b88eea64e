package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TieredEngineTest {
    private static final ObjectKey KEY = ObjectKey.of("key");

    private final EngineRig rig = new EngineRig(7, 16 << 20);

    @AfterEach
    void leavesNothingBehind() {
        rig.engine.close();
        assertThat(rig.catalog.openCursorCount()).isZero();
        rig.slab.close();
    }

    @Test
    void readsBackWhatWasWritten() {
        for (var bucket : List.of(rig.cache(), rig.durable())) {
            for (int length : new int[]{0, 1, 255, 4096, 65_536, 65_537, 300_000}) {
                bucket.put(KEY, bytes(length));
                assertThat(bucket.get(KEY)).contains(bytes(length));
            }
        }
    }

    @Test
    void neverMissesAKeyThatIsBeingReplaced() throws InterruptedException {
        var cache = rig.cache();
        cache.put(KEY, bytes(1));
        var writing = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 50_000; i++) {
                try (var writer = cache.tryWriter(KEY, 1).orElseThrow()) {
                    writer.write(ByteBuffer.wrap(bytes(1)));
                    assertThat(writer.tryCommit(ObjectAttributes.NONE, Precondition.NONE))
                            .isPresent();
                }
            }
        });
        while (writing.isAlive()) {
            assertThat(cache.head(KEY)).isPresent();
        }
        writing.join();
        assertThat(cache.count()).isEqualTo(1);
    }

    @Test
    void keepsDurableObjectsThroughAPowerFailure() {
        rig.durable().put(KEY, bytes(200_000));
        rig.powerFailure(1);
        assertThat(rig.durable().get(KEY)).contains(bytes(200_000));
    }

    @Test
    void forgetsCacheObjectsThatOnlyMemoryHadWhenItIsKilled() {
        rig.cache().put(KEY, bytes(1000));
        rig.kill();
        assertThat(rig.cache().get(KEY)).isEmpty();
    }

    @Test
    void keepsCacheObjectsThroughAnOrderlyRestart() {
        rig.cache().put(KEY, bytes(1000));
        rig.closeAndReopen();
        assertThat(rig.cache().get(KEY)).contains(bytes(1000));
    }

    @Test
    void keepsMoreThanMemoryHoldsOnFlash() {
        var cache = rig.cache();
        for (int i = 0; i < 100; i++) {
            cache.put(ObjectKey.of("k" + i), bytes(50_000 + i));
            rig.tasks.stepAll();
        }
        assertThat(rig.slab.usedBytes()).isLessThanOrEqualTo(EngineRig.MEMORY_BYTES);
        for (int i = 0; i < 100; i++) {
            assertThat(cache.get(ObjectKey.of("k" + i))).contains(bytes(50_000 + i));
        }
        assertThat(rig.engine.status().reads().flashBlocks()).isPositive();
    }

    @Test
    void dropsTheOldestCacheObjectsWhenFlashIsFull() {
        var cache = rig.cache();
        for (int i = 0; i < 400; i++) {
            cache.put(ObjectKey.of("k" + i), bytes(100_000));
            rig.tasks.stepAll();
        }
        assertThat(rig.engine.status().tiers().get(1).usedBytes()).isLessThanOrEqualTo(16 << 20);
        assertThat(cache.get(ObjectKey.of("k399"))).contains(bytes(100_000));
        assertThat(cache.get(ObjectKey.of("k0")).isPresent()).isFalse();
        assertThat(rig.engine.status().movement().droppedBlocks()).isPositive();
    }

    @Test
    void refusesDurableWritesWhenFlashIsFullAndServesReadsOn() {
        var durable = rig.durable();
        assertThatThrownBy(() -> {
            for (int i = 0; i < 400; i++) {
                durable.put(ObjectKey.of("k" + i), bytes(100_000));
            }
        }).isInstanceOfSatisfying(StorageException.class,
                full -> assertThat(full.kind()).isEqualTo(Kind.FULL));
        assertThat(durable.get(ObjectKey.of("k0"))).contains(bytes(100_000));
        long count = durable.count();
        for (int i = 0; i < count; i++) {
            durable.remove(ObjectKey.of("k" + i));
        }
        rig.tasks.stepAll();
        durable.put(KEY, bytes(100_000));
        assertThat(durable.get(KEY)).contains(bytes(100_000));
    }

    @Test
    void cleansSpaceThatOverwritesLeaveBehind() {
        var durable = rig.durable();
        for (int i = 0; i < 600; i++) {
            durable.put(ObjectKey.of("k" + (i % 7)), bytes(90_000 + i));
            rig.tasks.stepAll();
        }
        rig.powerFailure(3);
        for (int i = 593; i < 600; i++) {
            assertThat(rig.durable().get(ObjectKey.of("k" + (i % 7)))).contains(bytes(90_000 + i));
        }
    }

    @Test
    void readsAnOldVersionToItsEndAfterItWasReplaced() {
        for (var bucket : List.of(rig.cache(), rig.durable())) {
            bucket.put(KEY, bytes(150_000));
            try (var reader = bucket.open(KEY).orElseThrow()) {
                bucket.put(KEY, bytes(10));
                for (int i = 0; i < 30; i++) {
                    bucket.put(ObjectKey.of("other" + i), bytes(60_000));
                    rig.tasks.stepAll();
                }
                assertThat(contentOf(reader)).isEqualTo(bytes(150_000));
            }
            assertThat(bucket.get(KEY)).contains(bytes(10));
        }
    }

    @Test
    void showsNothingOfAnAbandonedWrite() {
        for (var bucket : List.of(rig.cache(), rig.durable())) {
            try (var writer = bucket.writer(KEY, 100_000)) {
                writer.write(ByteBuffer.wrap(bytes(70_000)));
            }
            assertThat(bucket.get(KEY)).isEmpty();
        }
        assertThat(rig.slab.usedBytes()).isZero();
    }

    @Test
    void letsPreconditionsDecide() {
        for (var bucket : List.of(rig.cache(), rig.durable())) {
            assertThat(put(bucket, 1, Precondition.IF_PRESENT))
                    .isInstanceOf(CommitOutcome.Refused.class);
            assertThat(put(bucket, 2, Precondition.IF_ABSENT))
                    .isInstanceOf(CommitOutcome.Done.class);
            var refused = (CommitOutcome.Refused) put(bucket, 3, Precondition.IF_ABSENT);
            var version = refused.present().orElseThrow().version();
            assertThat(bucket.get(KEY)).contains(bytes(2));
            assertThat(put(bucket, 4, Precondition.ifVersion(version)))
                    .isInstanceOf(CommitOutcome.Done.class);
            assertThat(put(bucket, 5, Precondition.ifVersion(version)))
                    .isInstanceOf(CommitOutcome.Refused.class);
            assertThat(bucket.get(KEY)).contains(bytes(4));
        }
    }

    @Test
    void endsObjectsWhenTheirTimeHasCome() {
        var cache = rig.cache();
        long end = rig.clock.epochMillis() + 1000;
        try (var writer = cache.writer(KEY, 3)) {
            writer.write(ByteBuffer.wrap(bytes(3)));
            writer.commit(new ObjectAttributes(end, Map.of()), Precondition.NONE);
        }
        assertThat(cache.get(KEY)).contains(bytes(3));
        rig.clock.advance(Duration.ofSeconds(1));
        assertThat(cache.get(KEY)).isEmpty();
        assertThat(cache.tryHead(KEY)).isInstanceOf(Peek.Miss.class);
        assertThat(put(cache, 9, Precondition.IF_ABSENT)).isInstanceOf(CommitOutcome.Done.class);
    }

    @Test
    void keepsAttributesAndChangesThemWithoutTouchingTheBytes() {
        for (var bucket : List.of(rig.cache(), rig.durable())) {
            bucket.put(KEY, bytes(5000));
            var attributes = new ObjectAttributes(ObjectAttributes.NEVER, Map.of("a", "b"));
            bucket.touch(KEY, attributes, Precondition.IF_PRESENT);
            assertThat(bucket.head(KEY).orElseThrow().attributes()).isEqualTo(attributes);
        }
        rig.closeAndReopen();
        assertThat(rig.durable().head(KEY).orElseThrow().attributes().labels()).containsEntry("a",
                "b");
        assertThat(rig.durable().get(KEY)).contains(bytes(5000));
    }

    @Test
    void composesObjectsWithoutCopyingThem() {
        for (var bucket : List.of(rig.cache(), rig.durable())) {
            bucket.put(ObjectKey.of("p1"), bytes(100_000));
            bucket.put(ObjectKey.of("p2"), bytes(70_000));
            long written = rig.engine.status().writes().bytes();
            bucket.compose(KEY, bucket, List.of(ObjectKey.of("p1"), ObjectKey.of("p2")),
                    ObjectAttributes.NONE, Precondition.NONE);
            assertThat(rig.engine.status().writes().bytes()).isEqualTo(written);
            var expected = ByteBuffer.allocate(170_000)
                    .put(bytes(100_000))
                    .put(bytes(70_000))
                    .array();
            assertThat(bucket.get(KEY)).contains(expected);
            assertThat(bucket.get(ObjectKey.of("p1"))).isEmpty();
            assertThat(bucket.count()).isEqualTo(1);
        }
        rig.powerFailure(5);
        assertThat(rig.durable().head(KEY).orElseThrow().sizeBytes()).isEqualTo(170_000);
    }

    @Test
    void refusesToComposeWhatIsNotThere() {
        var durable = rig.durable();
        durable.put(ObjectKey.of("p1"), bytes(10));
        assertThatThrownBy(() -> durable.compose(KEY, durable,
                List.of(ObjectKey.of("p1"), ObjectKey.of("p2")), ObjectAttributes.NONE,
                Precondition.NONE)).isInstanceOf(StorageException.class);
        assertThat(durable.get(ObjectKey.of("p1"))).contains(bytes(10));
    }

    @Test
    void listsFreshAndPersistedObjectsTogetherInKeyOrder() {
        var cache = rig.cache();
        var expected = new ArrayList<String>();
        for (int i = 0; i < 2500; i++) {
            var key = "key%05d".formatted(i * 7919 % 2500);
            cache.put(ObjectKey.of(key), bytes(200));
            expected.add(key);
        }
        expected.sort(null);
        assertThat(cache.count()).isEqualTo(2500);
        assertThat(rig.engine.status().movement().demotedBytes()).isZero();
        assertThat(keys(cache, "key")).isEqualTo(expected);
        for (int i = 0; i < 20; i++) {
            cache.put(ObjectKey.of("filler" + i), bytes(60_000));
            rig.tasks.stepAll();
        }
        assertThat(rig.engine.status().movement().demotedBytes()).isPositive();
        assertThat(keys(cache, "key")).isEqualTo(expected);
        assertThat(keys(cache, "key024")).hasSize(100);
    }

    @Test
    void servesAMissInsteadOfCorruptBytesFromACacheBucket() {
        var cache = rig.cache();
        cache.put(KEY, bytes(100_000));
        rig.closeAndReopen();
        spoilFlash();
        assertThat(rig.cache().get(KEY)).isEmpty();
        assertThat(rig.engine.status().corruptBlocks()).isPositive();
        assertThat(rig.cache().count()).isZero();
    }

    @Test
    void reportsCorruptBytesOfADurableBucket() {
        rig.durable().put(KEY, bytes(100_000));
        rig.closeAndReopen();
        spoilFlash();
        assertThatThrownBy(() -> rig.durable().get(KEY))
                .isInstanceOfSatisfying(StorageException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
        assertThat(rig.durable().head(KEY)).isPresent();
    }

    @Test
    void takesACacheObjectThatMemoryCannotHold() {
        rig.cache().put(KEY, bytes(3 << 20));
        assertThat(rig.cache().get(KEY)).contains(bytes(3 << 20));
    }

    @Test
    void refusesToDeleteABucketThatHasObjects() {
        rig.cache().put(KEY, bytes(1));
        assertThatThrownBy(() -> rig.engine.deleteBucket("c")).isInstanceOf(StorageException.class);
        rig.cache().clear();
        rig.engine.deleteBucket("c");
        assertThat(rig.engine.bucket("c")).isEmpty();
        rig.kill();
        assertThat(rig.engine.bucket("c")).isEmpty();
    }

    @Test
    void answersFromMemoryAloneWhereItCan() {
        var cache = rig.cache();
        cache.put(KEY, bytes(1000));
        assertThat(cache.tryOpen(KEY)).isInstanceOfSatisfying(Peek.Hit.class,
                hit -> ((ObjectReader) hit.value()).close());
        rig.closeAndReopen();
        assertThat(rig.cache().tryOpen(KEY)).isInstanceOf(Peek.Unsure.class);
        assertThat(rig.cache().get(KEY)).isPresent();
        assertThat(rig.cache().tryOpen(KEY)).isInstanceOfSatisfying(Peek.Hit.class,
                hit -> ((ObjectReader) hit.value()).close());
    }

    private void spoilFlash() {
        for (var name : rig.disk.names()) {
            if (name.endsWith(".seg")) {
                for (int at = 4096; at < 110_000; at += 1000) {
                    rig.disk.flipBit(name, at * 8L);
                }
            }
        }
    }

    private static CommitOutcome put(Bucket bucket, int length, Precondition precondition) {
        try (var writer = bucket.writer(KEY, length)) {
            writer.write(ByteBuffer.wrap(bytes(length)));
            return writer.commit(ObjectAttributes.NONE, precondition);
        }
    }

    private static List<String> keys(Bucket bucket, String prefix) {
        var keys = new ArrayList<String>();
        try (var cursor = bucket.list(ObjectKey.of(prefix))) {
            for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                keys.add(next.get().key().text());
            }
        }
        return keys;
    }

    private static byte[] contentOf(ObjectReader reader) {
        var content = ByteBuffer.allocate((int) reader.info().sizeBytes());
        for (int i = 0; i < reader.blockCount(); i++) {
            try (var block = reader.read(i)) {
                for (int run = 0; run < block.runCount(); run++) {
                    content.put(block.run(run).asByteBuffer());
                }
            }
        }
        return content.array();
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}

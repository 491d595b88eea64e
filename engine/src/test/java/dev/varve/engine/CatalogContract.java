package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.BucketRecord;
import dev.varve.engine.Catalog.Change;
import dev.varve.engine.Catalog.Cursor;
import dev.varve.engine.Catalog.Numbers;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every catalog does.
abstract class CatalogContract {
    private Catalog catalog;

    /// A catalog without entries.
    abstract Catalog create();

    /// Closes a catalog and opens it again.
    abstract Catalog reopen(Catalog catalog);

    /// How many of a catalog's cursors hold resources.
    abstract int openCursors(Catalog catalog);

    @BeforeEach
    void createCatalog() {
        catalog = create();
    }

    @AfterEach
    void closeCatalog() {
        assertThat(openCursors(catalog)).as("cursors left open").isZero();
        catalog.close();
    }

    static ObjectKey key(int... bytes) {
        var key = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            key[i] = (byte) bytes[i];
        }
        return ObjectKey.of(key);
    }

    static StoredObject object(ObjectKey key, long version, BlockInfo... blocks) {
        long size = 0;
        for (var block : blocks) {
            size += block.lengthBytes();
        }
        var info = new ObjectInfo(key, size, version, 1_700_000_000_000L, ObjectAttributes.NONE);
        return new StoredObject(info, List.of(blocks));
    }

    static StoredObject object(ObjectKey key) {
        return object(key, 1);
    }

    static BlockEntry block(long id) {
        return new BlockEntry(new BlockInfo(id, (int) id * 10, (int) id * 7),
                new Place((int) id + 1, id * 4096, (int) id * 10), 1, ObjectKey.of("owner-" + id));
    }

    static <T> List<T> drain(Cursor<T> cursor) {
        try (cursor) {
            var all = new ArrayList<T>();
            for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                all.add(next.get());
            }
            assertThat(cursor.next()).as("after the end").isEmpty();
            return all;
        }
    }

    private List<ObjectKey> keys(int bucket, ObjectKey prefix) {
        return drain(catalog.objects(bucket, prefix)).stream().map(o -> o.info().key()).toList();
    }

    private void put(int bucket, ObjectKey... keys) {
        catalog.commit(Arrays.stream(keys)
                .map(key -> (Change) new Change.PutObject(bucket, object(key)))
                .toList());
    }

    @Test
    void tellsOnlyTheTruthWithoutTheDisk() {
        catalog.commit(List.of(new Change.PutObject(1, object(key(1)))));
        for (int round = 0; round < 2; round++) {
            assertThat(catalog.tryObject(1, key(1)))
                    .isIn(new Peek.Unsure<>(), new Peek.Hit<>(object(key(1))));
            assertThat(catalog.tryObject(1, key(2)))
                    .isIn(new Peek.Unsure<>(), new Peek.Miss<>());
            assertThat(catalog.tryBlock(77)).isIn(new Peek.Unsure<>(), new Peek.Miss<>());
            catalog = reopen(catalog);
        }
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(catalog.buckets()).isEmpty();
        assertThat(catalog.object(1, ObjectKey.of("a"))).isEmpty();
        assertThat(catalog.block(1)).isEmpty();
        assertThat(catalog.blocks(List.of(1L, 2L))).containsExactly(Optional.empty(),
                Optional.empty());
        assertThat(catalog.blocks(List.of())).isEmpty();
        assertThat(drain(catalog.allBlocks())).isEmpty();
        assertThat(keys(1, ObjectKey.EMPTY)).isEmpty();
    }

    @Test
    void keepsBuckets() {
        var kv = new BucketRecord(1, "kv", BucketClass.CACHE, 5);
        var data = new BucketRecord(2, "dätä-☃", BucketClass.DURABLE, Long.MAX_VALUE);
        catalog.commit(List.of(new Change.PutBucket(kv), new Change.PutBucket(data)));
        assertThat(catalog.buckets()).containsExactly(kv, data);
        catalog.commit(List.of(new Change.RemoveBucket(1)));
        assertThat(catalog.buckets()).containsExactly(data);
    }

    @Test
    void keepsObjectsWithAllTheyHave() {
        var attributes = new ObjectAttributes(77, Map.of("content-type", "text/plain", "ü", "", "",
                "x"));
        var info = new ObjectInfo(ObjectKey.of("k"), 30, 9, 12345, attributes);
        var object = new StoredObject(info,
                List.of(new BlockInfo(3, 10, -1), new BlockInfo(Long.MAX_VALUE, 20, 5)));
        catalog.commit(List.of(new Change.PutObject(4, object)));
        assertThat(catalog.object(4, ObjectKey.of("k"))).contains(object);
        assertThat(catalog.object(5, ObjectKey.of("k"))).isEmpty();
        assertThat(catalog.object(4, ObjectKey.of("k2"))).isEmpty();
    }

    @Test
    void replacesAndRemovesObjects() {
        put(1, key(1), key(2));
        catalog.commit(List.of(new Change.PutObject(1, object(key(1), 2)),
                new Change.RemoveObject(1, key(2)), new Change.RemoveObject(1, key(3))));
        assertThat(catalog.object(1, key(1)).orElseThrow().info().version()).isEqualTo(2);
        assertThat(keys(1, ObjectKey.EMPTY)).containsExactly(key(1));
    }

    @Test
    void theLastChangeOfACommitWins() {
        catalog.commit(List.of(new Change.PutObject(1, object(key(1), 1)),
                new Change.RemoveObject(1, key(1)), new Change.PutObject(1, object(key(1), 3)),
                new Change.PutBlock(block(1)), new Change.RemoveBlock(1)));
        assertThat(catalog.object(1, key(1)).orElseThrow().info().version()).isEqualTo(3);
        assertThat(catalog.block(1)).isEmpty();
    }

    @Test
    void keepsBlocksAndFindsSeveralInOrder() {
        catalog.commit(List.of(new Change.PutBlock(block(256)), new Change.PutBlock(block(1)),
                new Change.PutBlock(block(255))));
        assertThat(catalog.block(255)).contains(block(255));
        assertThat(catalog.blocks(List.of(256L, 7L, 1L, 256L))).containsExactly(
                Optional.of(block(256)), Optional.empty(), Optional.of(block(1)),
                Optional.of(block(256)));
        assertThat(drain(catalog.allBlocks())).containsExactly(block(1), block(255), block(256));
        catalog.commit(List.of(new Change.RemoveBlock(255)));
        assertThat(drain(catalog.allBlocks())).containsExactly(block(1), block(256));
    }

    @Test
    void neverDeniesAnObjectThatIsThere() {
        var some = IntStream.range(0, 2000).mapToObj(i -> ObjectKey.of("k" + i)).toList();
        for (int i = 0; i < some.size(); i++) {
            put(1, some.get(i));
            assertThat(catalog.mayHaveObject(1, some.get(i))).isTrue();
        }
        assertThat(some).allMatch(key -> catalog.mayHaveObject(1, key));
        catalog = reopen(catalog);
        assertThat(some).allMatch(key -> catalog.mayHaveObject(1, key));
    }

    @Test
    void deniesManyObjectsThatAreNotThere() {
        put(1, ObjectKey.of("there"));
        long denied = IntStream.range(0, 100)
                .filter(i -> !catalog.mayHaveObject(1, ObjectKey.of("missing" + i)))
                .count();
        assertThat(denied).isPositive();
    }

    @Test
    void ordersKeysByTheirUnsignedBytes() {
        var all = new ArrayList<ObjectKey>();
        all.add(key());
        for (int b = 0; b < 256; b++) {
            all.add(key(b));
            all.add(key(b, 0));
            all.add(key(b, 255));
        }
        var shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(1));
        put(7, shuffled.toArray(ObjectKey[]::new));
        put(6, key(1));
        put(8, key(1));
        assertThat(keys(7, ObjectKey.EMPTY)).containsExactlyElementsOf(all);
    }

    @Test
    void bucketsDoNotMix() {
        for (int bucket : new int[]{0, 1, 255, 256, 0x7fffffff}) {
            put(bucket, key(255, 255), key(0));
        }
        for (int bucket : new int[]{0, 1, 255, 256, 0x7fffffff}) {
            assertThat(keys(bucket, ObjectKey.EMPTY)).containsExactly(key(0), key(255, 255));
        }
    }

    @Test
    void walksPrefixesThatEndInTheLargestByte() {
        put(1, key(1, 254), key(1, 255), key(1, 255, 0), key(1, 255, 255), key(1, 255, 255, 255),
                key(2), key(255), key(255, 255), key(255, 255, 7));
        put(2, key(255, 255, 9));
        assertThat(keys(1, key(1, 255))).containsExactly(key(1, 255), key(1, 255, 0),
                key(1, 255, 255), key(1, 255, 255, 255));
        assertThat(keys(1, key(255, 255))).containsExactly(key(255, 255), key(255, 255, 7));
        assertThat(keys(1, key(1, 255, 255, 255))).containsExactly(key(1, 255, 255, 255));
        assertThat(keys(1, key(3))).isEmpty();
    }

    @Test
    void keepsKeysOfTheGreatestLength() {
        var bytes = new byte[ObjectKey.MAX_BYTES];
        Arrays.fill(bytes, (byte) 255);
        var longest = ObjectKey.of(bytes);
        catalog.commit(List.of(new Change.PutObject(0x7fffffff, object(longest)),
                new Change.PutBlock(new BlockEntry(new BlockInfo(1, 0, 0), new Place(1, 0, 0),
                        0x7fffffff, longest))));
        assertThat(catalog.object(0x7fffffff, longest)).contains(object(longest));
        assertThat(keys(0x7fffffff, longest)).containsExactly(longest);
        assertThat(catalog.block(1).orElseThrow().owner()).isEqualTo(longest);
    }

    @Test
    void seeksForwardOnly() {
        put(1, key(10), key(20), key(20, 0), key(30), key(40));
        try (var cursor = catalog.objects(1, ObjectKey.EMPTY)) {
            cursor.seek(key(15));
            assertThat(cursor.next()).contains(object(key(20)));
            cursor.seek(key(10));
            assertThat(cursor.next()).as("going back is no move").contains(object(key(20, 0)));
            cursor.seek(key(40));
            assertThat(cursor.next()).contains(object(key(40)));
            cursor.seek(key(40));
            assertThat(cursor.next()).as("the end stays the end").isEmpty();
            cursor.seek(key(0));
            assertThat(cursor.next()).isEmpty();
        }
    }

    @Test
    void seeksStayWithinThePrefix() {
        put(1, key(1), key(2, 1), key(2, 2), key(3));
        try (var cursor = catalog.objects(1, key(2))) {
            cursor.seek(key(0));
            assertThat(cursor.next()).contains(object(key(2, 1)));
            cursor.seek(key(3));
            assertThat(cursor.next()).isEmpty();
        }
    }

    @Test
    void blocksCannotBeSought() {
        try (var cursor = catalog.allBlocks()) {
            assertThatThrownBy(() -> cursor.seek(key(1)))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void cursorsWalkWhatWasThereWhenTheyWereOpened() {
        put(1, key(1), key(2), key(3));
        catalog.commit(List.of(new Change.PutBlock(block(1))));
        try (var objects = catalog.objects(1, ObjectKey.EMPTY); var blocks = catalog.allBlocks()) {
            assertThat(objects.next()).contains(object(key(1)));
            catalog.commit(List.of(new Change.RemoveObject(1, key(2)),
                    new Change.PutObject(1, object(key(3), 99)),
                    new Change.PutObject(1, object(key(4))), new Change.PutBlock(block(2)),
                    new Change.RemoveBlock(1)));
            assertThat(objects.next()).contains(object(key(2)));
            assertThat(objects.next()).contains(object(key(3)));
            assertThat(objects.next()).isEmpty();
            assertThat(blocks.next()).contains(block(1));
            assertThat(blocks.next()).isEmpty();
        }
        assertThat(keys(1, ObjectKey.EMPTY)).containsExactly(key(1), key(3), key(4));
    }

    @Test
    void keepsEverythingAcrossAReopening() {
        var bucket = new BucketRecord(1, "b", BucketClass.DURABLE, 1);
        var object = object(key(1), 5, new BlockInfo(1, 10, 7));
        catalog.commit(List.of(new Change.PutBucket(bucket), new Change.PutObject(1, object),
                new Change.PutBlock(block(1))));
        catalog = reopen(catalog);
        assertThat(catalog.buckets()).containsExactly(bucket);
        assertThat(catalog.object(1, key(1))).contains(object);
        assertThat(catalog.block(1)).contains(block(1));
    }

    @Test
    void reservesNumbersOnce() {
        long first = catalog.reserve(Numbers.BLOCKS, 1000);
        assertThat(first).isPositive();
        long second = catalog.reserve(Numbers.BLOCKS, 1);
        assertThat(second).isGreaterThanOrEqualTo(first + 1000);
        catalog = reopen(catalog);
        assertThat(catalog.reserve(Numbers.BLOCKS, 5)).isGreaterThan(second);
        for (long bad : new long[]{0, -1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> catalog.reserve(Numbers.BLOCKS, bad))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> catalog.reserve(Numbers.BLOCKS, Long.MAX_VALUE))
                .isInstanceOf(ArithmeticException.class);
        assertThat(catalog.reserve(Numbers.BLOCKS, 1)).isGreaterThan(second + 5);
    }

    @Test
    void countsBucketsApartFromBlocks() {
        assertThat(catalog.reserve(Numbers.BUCKETS, 1)).isEqualTo(1);
        catalog.reserve(Numbers.BLOCKS, 1L << 40);
        assertThat(catalog.reserve(Numbers.BUCKETS, 1)).isEqualTo(2);
        catalog = reopen(catalog);
        assertThat(catalog.reserve(Numbers.BUCKETS, 1)).isEqualTo(3);
        assertThat(catalog.reserve(Numbers.BLOCKS, 1)).isGreaterThan(1L << 40);
    }

    @Test
    void reservesNumbersOnceForManyThreads() throws Exception {
        var firsts = together(4, thread -> LongStream.range(0, 20)
                .map(i -> catalog.reserve(Numbers.BLOCKS, 10))
                .boxed()
                .toList());
        var all = new HashSet<Long>();
        firsts.forEach(all::addAll);
        assertThat(all).hasSize(80).allMatch(first -> first % 10 == 1);
    }

    @Test
    void aRefusedCommitChangesNothing() {
        put(1, key(1));
        var unprintable = new ObjectInfo(key(3), 0, 1, 1,
                new ObjectAttributes(1, Map.of("name", "\ud800")));
        assertThatThrownBy(() -> catalog.commit(List.of(new Change.RemoveObject(1, key(1)),
                new Change.PutObject(1, new StoredObject(unprintable, List.of())))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(keys(1, ObjectKey.EMPTY)).containsExactly(key(1));
    }

    @Test
    void anEmptyCommitIsNone() {
        catalog.commit(List.of());
        catalog.sync();
        assertThat(keys(1, ObjectKey.EMPTY)).isEmpty();
    }

    @Test
    void commitsAreSeenWholeByEveryCursor() throws Exception {
        put(1, key(1), key(2));
        together(4, thread -> {
            for (int i = 0; i < 200; i++) {
                if (thread % 2 == 0) {
                    long version = thread * 1000L + i;
                    catalog.commit(List.of(new Change.PutObject(1, object(key(1), version)),
                            new Change.PutObject(1, object(key(2), version))));
                } else {
                    var seen = drain(catalog.objects(1, ObjectKey.EMPTY));
                    assertThat(seen.get(0).info().version())
                            .isEqualTo(seen.get(1).info().version());
                }
            }
            return List.of();
        });
    }

    @Test
    void manyThreadsCommitAndSync() throws Exception {
        together(8, thread -> {
            for (int i = 0; i < 25; i++) {
                put(thread, key(i));
                catalog.sync();
                assertThat(catalog.object(thread, key(i))).isPresent();
            }
            return List.of();
        });
        for (int bucket = 0; bucket < 8; bucket++) {
            assertThat(keys(bucket, ObjectKey.EMPTY)).hasSize(25);
        }
    }

    @Test
    void agreesWithASortedMapOnRandomChanges() {
        long seed = 20261123;
        var random = new SplittableRandom(seed);
        var model = new TreeMap<ObjectKey, StoredObject>();
        for (int round = 0; round < 300; round++) {
            var changes = new ArrayList<Change>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                var key = key(random.nextInt(4), random.nextInt(4) * 85).bytes().clone();
                var name = ObjectKey.of(Arrays.copyOf(key, random.nextInt(3)));
                if (random.nextBoolean()) {
                    var object = object(name, random.nextLong());
                    changes.add(new Change.PutObject(3, object));
                    model.put(name, object);
                } else {
                    changes.add(new Change.RemoveObject(3, name));
                    model.remove(name);
                }
            }
            catalog.commit(changes);
            if (random.nextInt(100) == 0) {
                catalog = reopen(catalog);
            }
            var prefix = key(random.nextInt(4));
            assertThat(drain(catalog.objects(3, prefix))).as("seed %d, round %d", seed, round)
                    .containsExactlyElementsOf(model.entrySet()
                            .stream()
                            .filter(entry -> entry.getKey().startsWith(prefix))
                            .map(Map.Entry::getValue)
                            .toList());
        }
    }

    @Test
    void refusesEverythingOnceClosed() {
        put(1, key(1));
        var cursor = catalog.objects(1, ObjectKey.EMPTY);
        var calls = new ArrayList<Callable<Object>>();
        calls.add(catalog::buckets);
        calls.add(() -> catalog.object(1, key(1)));
        calls.add(() -> catalog.mayHaveObject(1, key(1)));
        calls.add(() -> catalog.block(1));
        calls.add(() -> catalog.blocks(List.of(1L)));
        calls.add(() -> catalog.objects(1, key(1)));
        calls.add(catalog::allBlocks);
        calls.add(() -> catalog.reserve(Numbers.BLOCKS, 1));
        calls.add(cursor::next);
        calls.add(() -> {
            cursor.seek(key(1));
            return 0;
        });
        calls.add(() -> {
            put(1, key(2));
            return 0;
        });
        calls.add(() -> {
            catalog.sync();
            return 0;
        });
        catalog.close();
        catalog.close();
        for (var call : calls) {
            assertThatThrownBy(call::call).isInstanceOfSatisfying(StorageException.class,
                    e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED));
        }
        cursor.close();
        cursor.close();
    }

    /// What a thread of a test does.
    interface Body<T> {
        List<T> run(int thread) throws Exception;
    }

    /// Runs a body on several threads at once, and returns or throws what they did.
    static <T> List<List<T>> together(int threads, Body<T> body) throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = IntStream.range(0, threads)
                    .mapToObj(thread -> executor.submit(() -> body.run(thread)))
                    .toList();
            var results = new ArrayList<List<T>>();
            for (var one : running) {
                results.add(one.get());
            }
            return results;
        }
    }
}

package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.bytes.BuddySlab;
import dev.varve.bytes.Crc32c;
import dev.varve.bytes.MemoryFile;
import dev.varve.engine.Departure.Reason;
import dev.varve.policy.LruPolicy;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.ManualTasks;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.tier.flash.FlashSettings;
import dev.varve.tier.flash.FlashTier;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecallTest {
    private static final long MEMORY_BYTES = 1 << 20;
    private static final int STEP = SlotLayout.SLOT_BYTES;

    @TempDir
    private Path folder;
    private final ManualClock clock = new ManualClock();
    private final SimulatedDisk disk = new SimulatedDisk(1);
    private SimulatedCatalog catalog = new SimulatedCatalog();
    private ManualTasks tasks = new ManualTasks();
    private MemoryFile file;
    private BuddySlab slab;
    private TieredEngine engine;
    private Bucket cache;

    @BeforeEach
    void start() throws IOException {
        long notes = TieredEngine.notesBytes(MEMORY_BYTES);
        file = MemoryFile.open(folder.resolve("memory"),
                new MemoryFile.Shape(1, notes, MEMORY_BYTES - notes), 1);
        slab = BuddySlab.on(file);
        var flash = FlashTier.open(disk, new FlashSettings(64L << 20, 1 << 20, 4), clock,
                new SplittableRandom(1));
        engine = TieredEngine
                .open(new TieredEngine.Parts(catalog, flash, slab, _ -> new LruPolicy(), clock,
                        tasks), EngineRig.SETTINGS);
        cache = engine.openBucket("c", BucketClass.CACHE);
    }

    @AfterEach
    void stop() {
        engine.close();
        slab.close();
    }

    @Test
    void findsFreshAndPersistedObjects() throws IOException {
        put("fresh", 5000);
        put("persisted", 6000);
        persist("persisted");
        kill();
        assertThat(engine.status().survival().foundBlocks()).isEqualTo(2);
        assertThat(cache.count()).isEqualTo(2);
        assertThat(present("fresh").onFlash()).isFalse();
        assertThat(present("persisted").onFlash()).isTrue();
        assertFound("fresh", 5000);
        assertFound("persisted", 6000);
        assertThat(engine.status().reads().flashBlocks()).isZero();
    }

    @Test
    void findsObjectsOfSeveralBlocksOrNothingOfThem() throws IOException {
        put("long", 120_000);
        kill();
        assertFound("long", 120_000);
        assertThat(present("long").blocks()).isEqualTo(2);
        edit(slots -> slots.getFirst().set(ValueLayout.JAVA_BYTE, 100, (byte) 77));
        kill();
        assertLost("long");
        assertThat(dropped()).containsEntry("damaged-slot", 1L).containsEntry("incomplete", 1L);
    }

    @Test
    void findsAgainWhatItHasFound() throws IOException {
        put("k", 5000);
        for (int i = 0; i < 3; i++) {
            kill();
            assertFound("k", 5000);
        }
        assertThat(cache.remove(ObjectKey.of("k"))).isTrue();
        kill();
        assertThat(cache.get(ObjectKey.of("k"))).isEmpty();
        assertThat(engine.status().survival().usedSlots()).isZero();
    }

    @Test
    void findsAnObjectWhoseCopyOnFlashWasGivenUp() throws IOException {
        put("k", 5000);
        persist("k");
        var entry = catalog.block(live("k").stored().blocks().getFirst().id()).orElseThrow();
        assertThat(engine.table().abandon(entry, 0, Reason.EVICTED)).isTrue();
        kill();
        assertThat(present("k").onFlash()).isFalse();
        assertFound("k", 5000);
    }

    @Test
    void dropsABlockThatFailsItsChecksum() throws IOException {
        put("k", 5000);
        put("other", 5000);
        edit(slots -> {
            long at = said(slots.getFirst()).chunks()[0] & -256L;
            file.memory().set(ValueLayout.JAVA_BYTE, at + 4000, (byte) 77);
        });
        kill();
        assertThat(dropped()).containsEntry("damaged-block", 1L);
        assertThat(engine.status().corruptBlocks()).isEqualTo(1);
        assertLost("k");
        assertFound("other", 5000);
    }

    @Test
    void readsFromFlashWhatWasDamagedInMemory() throws IOException {
        put("k", 5000);
        persist("k");
        edit(slots -> slots.getFirst().set(ValueLayout.JAVA_BYTE, 60, (byte) 77));
        kill();
        assertThat(dropped()).containsEntry("damaged-slot", 1L);
        assertFound("k", 5000);
    }

    @Test
    void dropsBothOfTwoThatClaimTheSameMemory() throws IOException {
        put("a", 5000);
        put("b", 5000);
        put("c", 5000);
        edit(slots -> {
            var a = said(slots.get(0));
            var b = said(slots.get(1));
            var claim = new Slot(b.bucket(), b.stored(), b.blockIndex(), a.chunks());
            write(slots.get(1), claim, SlotLayout.STATE_FRESH);
        });
        kill();
        assertThat(dropped()).containsEntry("overlap", 2L);
        assertLost("a");
        assertLost("b");
        assertFound("c", 5000);
    }

    @Test
    void dropsWhatClaimsNoPlaceForIt() throws IOException {
        put("a", 5000);
        for (var chunks : List.<long[]>of(new long[0], new long[]{12}, new long[]{1L << 40 | 13},
                new long[]{256 | 13}, new long[]{-1}, new long[]{8192 | 63})) {
            put("b", 5000);
            edit(slots -> {
                var b = said(slots.get(1));
                write(slots.get(1), new Slot(b.bucket(), b.stored(), 0, chunks),
                        SlotLayout.STATE_FRESH);
            });
            kill();
            assertThat(dropped()).as("%s", Arrays.toString(chunks)).containsEntry("overlap", 1L);
            assertLost("b");
            assertFound("a", 5000);
        }
    }

    @Test
    void takesTheNewerOfTwoVersions() throws IOException {
        put("k", 5000);
        var older = new byte[STEP];
        edit(slots -> MemorySegment.copy(slots.getFirst(), ValueLayout.JAVA_BYTE, 0, older, 0,
                STEP));
        put("pad", 5000);
        put("k", 9000);
        edit(slots -> MemorySegment.copy(older, 0, slotAt(20), ValueLayout.JAVA_BYTE, 0,
                STEP));
        kill();
        assertFound("k", 9000);
        assertThat(dropped()).containsEntry("superseded", 1L);
    }

    @Test
    void dropsWhatTheCatalogHasLeftBehind() throws IOException {
        put("k", 5000);
        persist("k");
        var persisted = new byte[STEP];
        edit(slots -> MemorySegment.copy(slots.getFirst(), ValueLayout.JAVA_BYTE, 0, persisted, 0,
                STEP));
        cache.remove(ObjectKey.of("k"));
        edit(_ -> MemorySegment.copy(persisted, 0, slotAt(0), ValueLayout.JAVA_BYTE, 0, STEP));
        kill();
        assertThat(dropped()).containsEntry("gone", 1L);
        assertThat(cache.get(ObjectKey.of("k"))).isEmpty();
    }

    @Test
    void dropsAllWhereTheCatalogWentBackInTime() throws IOException {
        put("old", 5000);
        var saved = catalog.fork();
        kill();
        put("new", 5000);
        catalog = saved;
        kill();
        assertThat(dropped()).containsEntry("foreign", 2L);
        assertThat(cache.get(ObjectKey.of("new"))).isEmpty();
    }

    @Test
    void dropsWhatHasExpiredAndWhatHasNoBucket() throws IOException {
        put("k", 5000);
        cache.touch(ObjectKey.of("k"),
                new ObjectAttributes(clock.epochMillis() + 1000, Map.of()), Precondition.NONE);
        put("b", 5000);
        edit(slots -> {
            var b = said(slots.get(1));
            write(slots.get(1), new Slot(77, b.stored(), 0, b.chunks()), SlotLayout.STATE_FRESH);
        });
        clock.advance(Duration.ofSeconds(2));
        kill();
        assertThat(dropped()).containsEntry("expired", 1L).containsEntry("no-bucket", 1L);
        assertThat(cache.count()).isZero();
    }

    @Test
    void showsNoLabelWithoutItsBody() throws IOException {
        put("chunk-kv_bytes", 5000);
        put("chunk-metadata", 28);
        edit(slots -> slots.getFirst().set(ValueLayout.JAVA_BYTE, 200, (byte) 77));
        kill();
        assertThat(cache.get(ObjectKey.of("chunk-metadata"))).isEmpty();
        assertThat(dropped()).containsEntry("incomplete", 1L);
        assertLost("chunk-kv_bytes");
    }

    @Test
    void goesOnWithoutItsHead() throws IOException {
        put("k", 5000);
        edit(_ -> file.notes().set(ValueLayout.JAVA_BYTE, 9, (byte) 77));
        kill();
        assertThat(dropped()).containsEntry("damaged-head", 1L);
        assertFound("k", 5000);
    }

    @Test
    void clearsSlotsOfAnotherFormat() throws IOException {
        put("k", 5000);
        edit(_ -> {
            var notes = file.notes();
            notes.set(ValueLayout.JAVA_INT, SlotLayout.HEAD_FORMAT, 9);
            notes.set(ValueLayout.JAVA_INT, SlotLayout.HEAD_CRC,
                    Crc32c.of(notes.asSlice(0, SlotLayout.HEAD_CRC)));
        });
        kill();
        assertThat(cache.get(ObjectKey.of("k"))).isEmpty();
        assertThat(engine.status().survival().usedSlots()).isZero();
    }

    @Test
    void keepsSlotsForLargeBlocksAndLabels() {
        for (int i = 0; i < 60; i++) {
            put("small" + i, 100);
        }
        var before = engine.status().survival();
        assertThat(before.usedSlots()).isEqualTo(before.slots() - before.slots() / 4);
        assertThat(before.withoutSlot()).isEqualTo(60 - before.usedSlots());
        put("large", 64 << 10);
        put("body-metadata", 28);
        assertThat(engine.status().survival().usedSlots()).isEqualTo(before.usedSlots() + 2);
    }

    @Test
    void countsWhatIsTooLongToBeNoted() throws IOException {
        put("k".repeat(600), 100);
        assertThat(engine.status().survival().withoutSlot()).isEqualTo(1);
        kill();
        assertThat(engine.status().survival().foundBlocks()).isZero();
    }

    @Test
    void notesNothingOfDurableBuckets() {
        engine.openBucket("d", BucketClass.DURABLE).put(ObjectKey.of("k"), bytes(5000));
        assertThat(engine.status().survival().usedSlots()).isZero();
    }

    private void kill() throws IOException {
        catalog = catalog.restart();
        tasks = new ManualTasks();
        slab.close();
        start();
    }

    private void put(String key, int length) {
        cache.put(ObjectKey.of(key), bytes(length));
    }

    private void persist(String key) {
        assertThat(engine.demotion().persist(live(key))).isTrue();
    }

    private LiveObject live(String key) {
        var live = ((TieredBucket) cache).state().live().get(ObjectKey.of(key));
        return Optional.ofNullable(live).orElseThrow();
    }

    private void assertFound(String key, int length) {
        assertThat(cache.get(ObjectKey.of(key)).orElseThrow()).isEqualTo(bytes(length));
    }

    private void assertLost(String key) {
        assertThat(cache.get(ObjectKey.of(key))).as(key).isEmpty();
        assertThat(cache.explain(ObjectKey.of(key))).isInstanceOfSatisfying(Explanation.Left.class,
                left -> assertThat(left.departure().reason()).isEqualTo(Reason.LOST));
    }

    private Explanation.Present present(String key) {
        return (Explanation.Present) cache.explain(ObjectKey.of(key));
    }

    private Map<String, Long> dropped() {
        return engine.status().survival().dropped();
    }

    /// Hands out the slots in use, in the order in which their blocks were written.
    private void edit(Consumer<List<MemorySegment>> change) {
        var slots = new ArrayList<MemorySegment>();
        for (int i = 0; i < engine.status().survival().slots(); i++) {
            if (slotAt(i).get(ValueLayout.JAVA_INT, 0) != SlotLayout.STATE_FREE) {
                slots.add(slotAt(i));
            }
        }
        slots.sort((a, b) -> Long.compare(said(a).block().id(), said(b).block().id()));
        change.accept(slots);
    }

    private MemorySegment slotAt(int slot) {
        return file.notes().asSlice((slot + 1L) * STEP, STEP);
    }

    private static Slot said(MemorySegment slot) {
        return ((Slot.Found.Whole) Slot.decode(slot.toArray(ValueLayout.JAVA_BYTE))).slot();
    }

    private static void write(MemorySegment at, Slot slot, int state) {
        byte[] bytes = slot.encode().orElseThrow();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(SlotLayout.STATE, state);
        MemorySegment.copy(bytes, 0, at, ValueLayout.JAVA_BYTE, 0, STEP);
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}

package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.varve.bytes.BuddySlab;
import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.CatalogSettings;
import dev.varve.engine.EngineSettings;
import dev.varve.engine.Explanation;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.RocksCatalog;
import dev.varve.engine.TieredEngine;
import dev.varve.env.Clock;
import dev.varve.env.FolderDisk;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.SystemTasks;
import dev.varve.policy.LruPolicy;
import dev.varve.policy.PlacementRules;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.ManualTasks;
import dev.varve.testkit.WedgedDisk;
import dev.varve.tier.GuardedTier;
import dev.varve.tier.GuardedTier.Patience;
import dev.varve.tier.flash.FlashSettings;
import dev.varve.tier.flash.FlashTier;
import java.nio.file.Path;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients of a store whose flash device hangs or fails: memory goes on, what only flash has is a
/// miss, and nobody waits for somebody else's read.
final class WedgedDiskTest {
    private static final int MEMORY_BYTES = 8 << 20;
    private static final int LENGTH = 200_000;
    private static final int ON_FLASH = 8;

    @TempDir
    Path folder;

    private final ManualClock deviceClock = new ManualClock();
    private final ManualTasks background = new ManualTasks();
    private final SystemTasks doorTasks = new SystemTasks();
    private final BuddySlab slab = BuddySlab.open(MEMORY_BYTES);
    private WedgedDisk disk;
    private GuardedTier flash;
    private TieredEngine engine;
    private RespDoor door;

    @BeforeEach
    void open() {
        disk = new WedgedDisk(FolderDisk.open(folder.resolve("flash"),
                FolderDisk.Access.BUFFERED));
        flash = new GuardedTier(
                FlashTier.open(disk, new FlashSettings(64 << 20, 4 << 20, 8), Clock.system(),
                        new SplittableRandom(1)),
                Patience.DEFAULT, deviceClock, new SystemTasks());
        engine = TieredEngine.open(new TieredEngine.Parts(
                RocksCatalog.open(folder.resolve("catalog"), CatalogSettings.DEFAULT), flash, slab,
                _ -> new LruPolicy(), PlacementRules.plain(), Clock.system(), background),
                EngineSettings.DEFAULT);
        door = RespDoor.open(engine, RespSettings.on("127.0.0.1", 0), Clock.system(), doorTasks,
                LatencyRecorder.NONE);
        try (var client = client()) {
            for (int i = 0; i < ON_FLASH; i++) {
                set(client, "flash-" + i);
                client.ask("VARVE DEMOTE flash-" + i);
                background.stepAll();
                assertThat(blocksInMemory("flash-" + i)).isZero();
            }
            set(client, "memory");
        }
    }

    @AfterEach
    void close() {
        disk.work();
        awaitAnswers();
        door.close();
        doorTasks.close();
        engine.close();
        slab.close();
    }

    @Test
    void aDiskThatHangsCostsOnlyWhatIsOnIt() {
        disk.hang();
        try (var waiting = client(); var other = client()) {
            waiting.send(RawClient.request("GET", "flash-0"));
            disk.awaitStuck(1);

            assertHas(other, "memory");
            assertThat(other.ask("EXISTS memory")).isEqualTo(":1\r\n");
            set(other, "new");
            assertHas(other, "new");

            deviceClock.advance(Patience.DEFAULT.read().plusNanos(1));
            assertThat(waiting.reply()).isEqualTo("$-1\r\n");
            assertThat(other.ask("GET flash-1")).isEqualTo("$-1\r\n");
            for (int i = 0; i < 3 * MEMORY_BYTES / LENGTH; i++) {
                set(other, "more-" + i);
                assertHas(other, "more-" + i);
            }
            assertThat(slab.usedBytes()).isLessThanOrEqualTo(MEMORY_BYTES);
            assertThat(disk.stuck()).isEqualTo(1);
            assertThat(engine.status().flash().answers()).isFalse();

            disk.work();
            awaitAnswers();
            for (int i = 0; i < ON_FLASH; i++) {
                assertHas(waiting, "flash-" + i);
            }
            set(other, "afterwards");
            other.ask("VARVE DEMOTE afterwards");
            background.stepAll();
            assertThat(blocksInMemory("afterwards")).isZero();
            assertHas(other, "afterwards");
        }
        assertThat(door.counters().errors()).isZero();
    }

    @Test
    void aWriterThatFindsADiskHangingWaitsABoundedTime() throws Exception {
        int more = 3 * MEMORY_BYTES / LENGTH;
        disk.hang();
        try (var writer = client();
                var other = client();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // Once memory is full, the writer has to move something to flash itself.
            var writing = threads.submit(() -> {
                for (int i = 0; i < more; i++) {
                    set(writer, "more-" + i);
                }
                return more;
            });
            disk.awaitStuck(1);
            assertThat(other.ask("EXISTS memory")).isIn(":0\r\n", ":1\r\n");
            assertThat(writing.isDone()).isFalse();
            deviceClock.advance(Patience.DEFAULT.write().plusNanos(1));
            assertThat(writing.get()).isEqualTo(more);
            assertHas(writer, "more-" + (more - 1));
        }
        assertThat(slab.usedBytes()).isLessThanOrEqualTo(MEMORY_BYTES);
        assertThat(door.counters().errors()).isZero();
    }

    @Test
    void aDiskThatFailsIsMissesAndNoErrors() {
        disk.fail();
        try (var client = client()) {
            assertThat(client.ask("GET flash-0")).isEqualTo("$-1\r\n");
            for (int i = 0; i < 3 * MEMORY_BYTES / LENGTH; i++) {
                set(client, "more-" + i);
                assertHas(client, "more-" + i);
            }
            disk.work();
            assertHas(client, "flash-0");
        }
        assertThat(engine.status().flash().failedTransfers()).isPositive();
        assertThat(door.counters().errors()).isZero();
    }

    @Test
    void durableObjectsAreARetryableErrorUntilTheDiskAnswers() {
        var bucket = engine.openBucket("durable", BucketClass.DURABLE);
        var key = ObjectKey.of("kept");
        bucket.put(key, value("kept"));
        pushOut(bucket);
        disk.hang();
        try (var waiting = client()) {
            waiting.send(RawClient.request("GET", "flash-0"));
            disk.awaitStuck(1);
            deviceClock.advance(Patience.DEFAULT.read().plusNanos(1));
            assertThat(waiting.reply()).isEqualTo("$-1\r\n");
        }
        assertUnavailable(() -> bucket.get(key));
        assertUnavailable(() -> bucket.put(ObjectKey.of("refused"), value("refused")));
        disk.work();
        awaitAnswers();
        assertThat(bucket.get(key)).hasValueSatisfying(
                bytes -> assertThat(bytes).isEqualTo(value("kept")));
        assertThat(bucket.get(ObjectKey.of("refused"))).isEmpty();
    }

    private void pushOut(Bucket bucket) {
        for (int i = 0; i < 2 * MEMORY_BYTES / LENGTH; i++) {
            bucket.put(ObjectKey.of("other-" + i), value("other-" + i));
            background.stepAll();
        }
    }

    private static void assertUnavailable(Runnable call) {
        assertThatExceptionOfType(StorageException.class).isThrownBy(call::run)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    }

    private RawClient client() {
        return new RawClient(door.localAddress().getPort());
    }

    /// The guard looks every now and then by itself.
    private void awaitAnswers() {
        while (!flash.answers()) {
            Thread.onSpinWait();
        }
    }

    private int blocksInMemory(String key) {
        var bucket = engine.buckets().stream().findFirst().orElseThrow();
        return ((Explanation.Present) bucket.explain(ObjectKey.of(key))).blocksInMemory();
    }

    private static void set(RawClient client, String key) {
        client.send(setRequest(key));
        assertThat(client.reply()).isEqualTo("+OK\r\n");
    }

    private static byte[] setRequest(String key) {
        return RawClient.request(RawClient.latin("SET"), RawClient.latin(key), value(key));
    }

    private static void assertHas(RawClient client, String key) {
        client.send(RawClient.request("GET", key));
        assertThat(client.readText(9)).as(key).isEqualTo("$" + LENGTH + "\r\n");
        assertThat(client.read(LENGTH)).as(key).isEqualTo(value(key));
        assertThat(client.readText(2)).isEqualTo("\r\n");
    }

    private static byte[] value(String key) {
        var bytes = new byte[LENGTH];
        new Random(key.hashCode()).nextBytes(bytes);
        return bytes;
    }
}

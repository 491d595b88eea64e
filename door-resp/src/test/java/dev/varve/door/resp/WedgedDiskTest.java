package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.varve.bytes.BuddySlab;
import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.Catalog;
import dev.varve.engine.CatalogSettings;
import dev.varve.engine.EngineSettings;
import dev.varve.engine.Explanation;
import dev.varve.engine.GuardedCatalog;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.Peek;
import dev.varve.engine.RocksCatalog;
import dev.varve.engine.TieredEngine;
import dev.varve.env.Clock;
import dev.varve.env.FolderDisk;
import dev.varve.env.NativeThreads;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.SystemTasks;
import dev.varve.policy.LruPolicy;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.ManualTasks;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.testkit.WedgedDisk;
import dev.varve.tier.DeviceGuard;
import dev.varve.tier.DeviceGuard.Patience;
import dev.varve.tier.DutyMeter;
import dev.varve.tier.GuardedTier;
import dev.varve.tier.flash.FlashSettings;
import dev.varve.tier.flash.FlashTier;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    private WedgedDisk catalogDisk;
    /// What of the catalog touches its disk.
    private volatile Set<String> onDisk = Set.of();
    private DeviceGuard guard;
    private TieredEngine engine;
    private RespDoor door;

    @BeforeEach
    void open() {
        disk = new WedgedDisk(FolderDisk.open(folder.resolve("flash"),
                FolderDisk.Access.BUFFERED));
        catalogDisk = new WedgedDisk(new SimulatedDisk(1));
        guard = new DeviceGuard("flash", Patience.DEFAULT, deviceClock, new SystemTasks());
        var flash = new GuardedTier(
                FlashTier.open(disk, new FlashSettings(64 << 20, 4 << 20, 8), Clock.system(),
                        new SplittableRandom(1)),
                guard, new DutyMeter(DutyMeter.NEVER, deviceClock), new SystemTasks());
        var catalog = new GuardedCatalog(
                onCatalogDisk(RocksCatalog.open(
                        folder.resolve("catalog"), CatalogSettings.DEFAULT)),
                guard, new NativeThreads("catalog", 2 * ON_FLASH));
        engine = TieredEngine.open(new TieredEngine.Parts(catalog, flash, slab,
                _ -> new LruPolicy(), Clock.system(), background),
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
        catalogDisk.work();
        awaitAnswers();
        door.close();
        doorTasks.close();
        engine.close();
        slab.close();
        guard.close();
    }

    /// A catalog that hangs when its disk does.
    private Catalog onCatalogDisk(Catalog catalog) {
        return (Catalog) Proxy.newProxyInstance(
                Catalog.class.getClassLoader(), new Class<?>[]{Catalog.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("tryObject") && onDisk.contains("object")) {
                        return new Peek.Unsure<>();
                    }
                    if (onDisk.contains(method.getName())) {
                        catalogDisk.pass();
                    }
                    try {
                        return method.invoke(catalog, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"commit", "object"})
    void aCatalogThatHangsCostsOnlyWhatIsInItAlone(String hanging) {
        onDisk = Set.of(hanging);
        catalogDisk.hang();
        var writers = new ArrayList<RawClient>();
        try (var other = client()) {
            // As many as would take all processors, if they were waited for on them.
            for (int i = 0; i < ON_FLASH - 1; i++) {
                var writer = client();
                writers.add(writer);
                writer.send(setRequest("flash-" + i, "changed"));
                catalogDisk.awaitStuck(i + 1);
            }
            assertHas(other, "memory");
            set(other, "new");
            assertHas(other, "new");
            assertThat(other.ask("DBSIZE")).isEqualTo(":" + (ON_FLASH + 2) + "\r\n");

            deviceClock.advance(Patience.DEFAULT.write().plusNanos(1));
            for (int i = 0; i < writers.size(); i++) {
                assertThat(writers.get(i).reply()).isEqualTo("+OK\r\n");
                assertHas(other, "flash-" + i, "changed");
            }
            assertThat(other.ask("GET flash-" + (ON_FLASH - 1))).isEqualTo("$-1\r\n");
            assertThat(other.ask("EXISTS flash-" + (ON_FLASH - 1))).isEqualTo(":0\r\n");
            other.send(setRequest("flash-0", "again"));
            assertThat(other.reply()).isEqualTo("+OK\r\n");
            assertThat(other.ask("DEL flash-1")).isEqualTo(":1\r\n");
            for (int i = 0; i < 3 * MEMORY_BYTES / LENGTH; i++) {
                set(other, "more-" + i);
                assertHas(other, "more-" + i);
            }

            catalogDisk.work();
            awaitAnswers();
            // Nothing that the catalog still has of them is shown, now or once it knows.
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < writers.size(); i++) {
                    assertThat(other.ask("GET flash-" + i)).isEqualTo("$-1\r\n");
                }
                background.stepAll();
            }
            assertHas(other, "flash-" + (ON_FLASH - 1));
            set(other, "flash-2");
            other.ask("VARVE DEMOTE flash-2");
            background.stepAll();
            assertThat(blocksInMemory("flash-2")).isZero();
            assertHas(other, "flash-2");
        }
        writers.forEach(RawClient::close);
        assertThat(door.counters().errors()).isZero();
    }

    @Test
    void aDurableWriteThatHangsIsAnErrorAndLosesNothing() throws Exception {
        var bucket = engine.openBucket("durable", BucketClass.DURABLE);
        var key = ObjectKey.of("kept");
        bucket.put(key, value("kept"));
        bucket.put(ObjectKey.of("changed"), value("before"));
        onDisk = Set.of("commit");
        catalogDisk.hang();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writing = threads.submit(
                    () -> bucket.put(ObjectKey.of("changed"), value("after")));
            catalogDisk.awaitStuck(1);
            assertThat(bucket.get(key)).isPresent();
            deviceClock.advance(Patience.DEFAULT.write().plusNanos(1));
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(writing::get)
                    .havingCause()
                    .isInstanceOfSatisfying(StorageException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
        }
        assertThat(bucket.get(key)).as("memory has it").isPresent();
        assertUnavailable(() -> bucket.get(ObjectKey.of("changed")));
        assertUnavailable(() -> bucket.put(ObjectKey.of("refused"), value("refused")));
        catalogDisk.work();
        awaitAnswers();
        assertThat(bucket.get(key)).hasValueSatisfying(
                bytes -> assertThat(bytes).isEqualTo(value("kept")));
        assertThat(bucket.get(ObjectKey.of("changed"))).as("the commit has come about")
                .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(value("after")));
        assertThat(bucket.get(ObjectKey.of("refused"))).isEmpty();
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
        while (!guard.answers()) {
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
        return setRequest(key, key);
    }

    private static byte[] setRequest(String key, String content) {
        return RawClient.request(RawClient.latin("SET"), RawClient.latin(key), value(content));
    }

    private static void assertHas(RawClient client, String key) {
        assertHas(client, key, key);
    }

    private static void assertHas(RawClient client, String key, String content) {
        client.send(RawClient.request("GET", key));
        assertThat(client.readText(9)).as(key).isEqualTo("$" + LENGTH + "\r\n");
        assertThat(client.read(LENGTH)).as(key).isEqualTo(value(content));
        assertThat(client.readText(2)).isEqualTo("\r\n");
    }

    private static byte[] value(String key) {
        var bytes = new byte[LENGTH];
        new Random(key.hashCode()).nextBytes(bytes);
        return bytes;
    }
}

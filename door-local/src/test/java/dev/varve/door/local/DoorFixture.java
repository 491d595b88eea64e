package dev.varve.door.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.bytes.SharedMemory;
import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.env.SystemTasks;
import dev.varve.env.Tasks;
import dev.varve.store.Store;
import dev.varve.store.StoreSettings;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.ManualTasks;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/// A door on a real store, with a clock and checks that the test moves. Closing it checks that
/// nothing was left open or leased.
final class DoorFixture implements AutoCloseable {
    static final long MEMORY_BYTES = 16 << 20;
    static final Duration LEASE = Duration.ofSeconds(10);
    static final Duration STALL = Duration.ofSeconds(60);

    final ManualClock clock = new ManualClock();
    final ManualTasks checks = new ManualTasks();
    final Path socket;
    final Store store;
    final LocalDoor door;
    private final SystemTasks threads = new SystemTasks();

    DoorFixture(Path folder) {
        this(folder, Entry.FREE, 1000);
    }

    DoorFixture(Path folder, Entry entry, int maxConnections) {
        socket = folder.resolve("s");
        store = Store.open(folder.resolve("data"), StoreSettings.of(MEMORY_BYTES, 256 << 20));
        door = open(entry, maxConnections);
    }

    /// Another door on the same store.
    LocalDoor open(Entry entry, int maxConnections) {
        var settings = new LocalSettings(
                socket, "kv", LEASE, maxConnections, 8, 4, 32 << 20, STALL, 2);
        return LocalDoor.open(store.engine(), settings, entry, clock, new Split());
    }

    Bucket bucket() {
        return store.engine().openBucket("kv", BucketClass.CACHE);
    }

    RawClient client() {
        return RawClient.greeted(socket);
    }

    static byte[] value(int seed, int length) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /// What a client that has mapped the memory reads there.
    byte[] mapped(List<RawClient.Part> parts) {
        var memory = store.engine().sharedMemory().orElseThrow();
        int length = parts.stream().mapToInt(part -> (int) part.length()).sum();
        var bytes = ByteBuffer.allocate(length);
        try (var channel = open(memory)) {
            for (var part : parts) {
                var target = bytes.slice(bytes.position(), (int) part.length());
                assertThat(channel.read(target, memory.fileOffset() + part.offset()))
                        .isEqualTo((int) part.length());
                bytes.position(bytes.position() + (int) part.length());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.array();
    }

    private static FileChannel open(SharedMemory memory) throws IOException {
        var descriptor = new FileDescriptor(memory.openForReading());
        try {
            return FileChannel.open(
                    Path.of("/proc/self/fd/" + descriptor.intValue()), StandardOpenOption.READ);
        } finally {
            descriptor.close();
        }
    }

    /// Waits for what other threads are about to do.
    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain");
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        door.close();
        assertThat(door.counters().leasedBytes()).isZero();
        assertThat(door.counters().connectionsOpen()).isZero();
        bucket().clear();
        await(() -> store.engine().status().tiers().getFirst().usedBytes() == 0);
        threads.close();
        store.close();
    }

    /// Real threads for what is started, and none for what is repeated.
    private final class Split implements Tasks {
        @Override
        public Task repeat(String name, Duration pause, Worker worker) {
            return checks.repeat(name, pause, worker);
        }

        @Override
        public void start(String name, Runnable body) {
            threads.start(name, body);
        }

        @Override
        public void close() {}
    }
}

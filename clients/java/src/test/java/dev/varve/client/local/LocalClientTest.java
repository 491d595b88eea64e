package dev.varve.client.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.door.local.Entry;
import dev.varve.door.local.LocalDoor;
import dev.varve.door.local.LocalSettings;
import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.store.Store;
import dev.varve.store.StoreSettings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
@Timeout(120)
final class LocalClientTest {
    @TempDir
    static Path folder;

    private static SystemTasks tasks;
    private static Store store;
    private static LocalDoor door;

    @BeforeAll
    static void open() {
        tasks = new SystemTasks();
        store = Store.open(folder.resolve("data"), StoreSettings.of(64 << 20, 256 << 20));
        door = LocalDoor.open(store.engine(), LocalSettings.at(folder.resolve("s"), "kv"),
                Entry.FREE, Clock.system(), tasks);
    }

    @AfterAll
    static void close() {
        door.close();
        tasks.close();
        store.close();
    }

    @Test
    void getsWhatWasPut() {
        try (var client = LocalClient.connect(door.socket())) {
            for (int length : new int[]{0, 1, 4096, 3_333_333, 6 << 20}) {
                var value = value(length);
                client.put(key("v"), MemorySegment.ofArray(value));
                assertThat(client.get(key("v"))).contains(value);
                var target = new byte[length + 7];
                assertThat(client.getInto(key("v"), MemorySegment.ofArray(target)))
                        .hasValue(length);
                assertThat(Arrays.copyOf(target, length)).isEqualTo(value);
            }
            assertThat(client.exists(List.of(key("absent"), key("v"))))
                    .containsExactly(false, true);
            assertThat(client.get(key("absent"))).isEmpty();
            assertThat(client.view(key("absent"))).isEmpty();
            assertThat(client.getInto(key("absent"), MemorySegment.NULL)).isEmpty();
        }
        assertThat(door.counters().bytesOut()).isZero();
    }

    @Test
    void putsFromOffTheHeap() {
        try (var client = LocalClient.connect(door.socket()); var arena = Arena.ofConfined()) {
            var value = value(100_000);
            var source = arena.allocate(value.length);
            source.copyFrom(MemorySegment.ofArray(value));
            client.put(key("off"), source);
            assertThat(client.get(key("off"))).contains(value);
        }
    }

    @Test
    void getsSeveralInOneRoundTrip() {
        try (var client = LocalClient.connect(door.socket())) {
            client.put(key("a"), MemorySegment.ofArray(value(10)));
            client.put(key("b"), MemorySegment.ofArray(value(20)));
            var targets = List.of(MemorySegment.ofArray(new byte[20]),
                    MemorySegment.ofArray(new byte[20]), MemorySegment.ofArray(new byte[20]));
            assertThat(client.getInto(List.of(key("a"), key("absent"), key("b")), targets))
                    .containsExactly(OptionalLong.of(10), OptionalLong.empty(),
                            OptionalLong.of(20));
        }
    }

    @Test
    void showsAValueInPlaceUntilItIsClosed() {
        try (var client = LocalClient.connect(door.socket())) {
            client.put(key("view"), MemorySegment.ofArray(value(300_000)));
            try (var view = client.view(key("view")).orElseThrow()) {
                client.put(key("view"), MemorySegment.ofArray(value(1)));
                var seen = new byte[300_000];
                long at = 0;
                for (var part : view.parts()) {
                    MemorySegment.copy(part, 0, MemorySegment.ofArray(seen), at, part.byteSize());
                    at += part.byteSize();
                }
                assertThat(seen).isEqualTo(value(300_000));
                assertThat(view.isValid()).isTrue();
                assertThatThrownBy(() -> view.parts().getFirst().fill((byte) 0))
                        .isInstanceOf(RuntimeException.class);
            }
            assertThat(client.get(key("view"))).contains(value(1));
            // Releasing has no answer; that of a later request says that it was done.
            assertThat(client.get(key("absent"))).isEmpty();
            assertThat(door.counters().leasedBytes()).isZero();
        }
    }

    @Test
    void fetchesThroughTheSocketWhatItCouldNotCopyInTime() {
        var now = new AtomicLong();
        // Each look at this clock is a minute later.
        try (var slow = LocalClient.connect(door.socket(), "", "",
                () -> now.addAndGet(60_000_000_000L))) {
            slow.put(key("late"), MemorySegment.ofArray(value(700_000)));
            long before = door.counters().bytesOut();
            assertThat(slow.get(key("late"))).contains(value(700_000));
            var target = new byte[700_000];
            assertThat(slow.getInto(key("late"), MemorySegment.ofArray(target)))
                    .hasValue(700_000);
            assertThat(target).isEqualTo(value(700_000));
            assertThat(door.counters().bytesOut() - before).isEqualTo(1_400_000);
            store.engine().bucket("kv").orElseThrow().clear();
        }
    }

    @Test
    void isServedAlsoWhereItHoldsTooMuch() {
        try (var client = LocalClient.connect(door.socket())) {
            client.put(key("big"), MemorySegment.ofArray(value(3 << 20)));
            var views = new ArrayList<LocalClient.View>();
            views.add(client.view(key("big")).orElseThrow());
            views.add(client.view(key("big")).orElseThrow());
            assertThatThrownBy(() -> client.view(key("big")))
                    .isInstanceOf(LocalException.class)
                    .hasMessageContaining("holds too much");
            assertThat(client.get(key("big"))).contains(value(3 << 20));
            views.forEach(LocalClient.View::close);
            client.view(key("big")).orElseThrow().close();
        }
    }

    @Test
    void saysWhyItCannotConnect() {
        var nowhere = folder.resolve("nowhere");
        assertThatThrownBy(() -> LocalClient.connect(nowhere))
                .isInstanceOf(LocalException.class)
                .hasMessageContaining("no server at " + nowhere);
        assertThatThrownBy(() -> LocalClient.connect(Path.of("x".repeat(200))))
                .isInstanceOf(LocalException.class)
                .hasMessageContaining("must be 1 to 107 bytes");
        assertThatThrownBy(() -> LocalClient.connect(door.socket(), "", "", () -> 0)
                .get(new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] value(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}

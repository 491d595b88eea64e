package dev.varve.door.resp;

import static dev.varve.door.resp.HostileClientTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.testkit.TestCertificate;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/// Connections that go to another event loop with what they ask for, while they ask.
final class SeatTest {
    private static final int VALUE_BYTES = 4 << 20;
    private static final int CLIENTS = 8;

    /// More than makes a connection one that moves large values.
    private static final int LARGE_REQUESTS = 20;

    /// More than makes it one that asks for little again.
    private static final int SMALL_REQUESTS = 1100;

    @Test
    void moversOfLargeValuesAreSpreadOverAllLoops() {
        var loops = new Loops(5);
        try {
            assertThat(List.of(
                    loops.enterMover(), loops.enterMover(), loops.enterMover(),
                    loops.enterMover(), loops.enterMover(), loops.enterMover()))
                    .containsExactly(4, 3, 2, 1, 0, 4);
            loops.leaveMover(2);
            assertThat(loops.enterMover()).isEqualTo(2);
        } finally {
            loops.close();
        }
    }

    @Test
    void connectionsThatAskForLittleShareHalfOfTheLoops() {
        var loops = new Loops(5);
        try {
            assertThat(List.of(
                    loops.group().next(), loops.group().next(), loops.group().next()))
                    .containsExactly(loops.get(0), loops.get(1), loops.get(0));
        } finally {
            loops.close();
        }
        var single = new Loops(1);
        try {
            assertThat(single.group().next()).isSameAs(single.get(0));
        } finally {
            single.close();
        }
    }

    @Test
    void anEndedConnectionTakesNoPlaceAmongTheMoversThoughARestOfItIsCounted() {
        var loops = new Loops(2);
        var channel = new EmbeddedChannel();
        try {
            var ended = new Seat(loops, channel);
            ended.passed(32 << 20);
            ended.giveUp();
            ended.passed(32 << 20);
            assertThat(List.of(loops.enterMover(), loops.enterMover())).containsExactly(1, 0);
        } finally {
            channel.finishAndReleaseAll();
            loops.close();
        }
    }

    @Test
    void everyReplyIsRightAndInOrderWhileConnectionsChange() throws Exception {
        try (var fixture = new DoorFixture()) {
            fixture.engine.unsure(0.1);
            all(_ -> exchange(fixture.client()));
            assertThat(fixture.door.counters().seatChanges()).isPositive();
        }
    }

    @Test
    void encryptedConnectionsChangeToo() throws Exception {
        var own = TestCertificate.elliptic();
        try (var fixture = new DoorFixture()) {
            int port = fixture.door
                    .listen(TlsSettings.on("127.0.0.1", 0, () -> TlsTest.identity(own)))
                    .getPort();
            all(_ -> {
                try {
                    exchange(new RawClient(own.client()
                            .getSocketFactory()
                            .createSocket(InetAddress.getLoopbackAddress(), port)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(fixture.door.counters().seatChanges()).isPositive();
        }
    }

    @Test
    void clientsThatLeaveWhileTheyChangeLeaveNothingBehind() throws Exception {
        try (var fixture = new DoorFixture()) {
            try (var client = fixture.client()) {
                store(client, "k", value(1));
            }
            for (int round = 0; round < 5; round++) {
                all(n -> {
                    try (var client = fixture.client()) {
                        for (int i = 0; i < 8 + n % 3; i++) {
                            client.send(RawClient.request("GET", "k"));
                        }
                        client.read(7 * VALUE_BYTES + n * 517_000);
                    }
                });
            }
            await(() -> fixture.door.counters().connectionsOpen() == 0);
        }
    }

    /// Large values one after the other, some with small requests behind them on the way, then
    /// small ones, then large ones again.
    private static void exchange(RawClient client) {
        try (client) {
            var value = value(client.hashCode());
            var key = "k" + client.hashCode();
            store(client, key, value);
            for (int i = 0; i < LARGE_REQUESTS; i++) {
                load(client, key, value, i % 3);
            }
            for (int i = 0; i < SMALL_REQUESTS; i++) {
                assertThat(client.ask("ECHO " + i))
                        .isEqualTo("$" + Integer.toString(i).length() + "\r\n" + i + "\r\n");
            }
            for (int i = 0; i < LARGE_REQUESTS; i++) {
                store(client, key, value);
            }
            load(client, key, value, 0);
        }
    }

    private static void store(RawClient client, String key, byte[] value) {
        client.send(RawClient.request(RawClient.latin("SET"), RawClient.latin(key), value));
        assertThat(client.reply()).isEqualTo("+OK\r\n");
    }

    private static void load(RawClient client, String key, byte[] value, int more) {
        client.send(RawClient.request("GET", key));
        for (int i = 0; i < more; i++) {
            client.send(RawClient.request("EXISTS", key, "none"));
        }
        assertThat(client.readText(10)).isEqualTo("$" + VALUE_BYTES + "\r\n");
        assertThat(client.read(VALUE_BYTES)).isEqualTo(value);
        assertThat(client.readText(2)).isEqualTo("\r\n");
        for (int i = 0; i < more; i++) {
            assertThat(client.reply()).isEqualTo(":1\r\n");
        }
    }

    private static byte[] value(int seed) {
        var value = new byte[VALUE_BYTES];
        new Random(seed).nextBytes(value);
        return value;
    }

    private static void all(IntConsumer client)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<?>>();
            for (int i = 0; i < CLIENTS; i++) {
                int n = i;
                running.add(threads.submit(() -> client.accept(n)));
            }
            for (var one : running) {
                one.get();
            }
        }
    }
}

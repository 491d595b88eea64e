package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that are broken, slow or malicious cost themselves alone.
final class HostileClientTest {

    @Test
    void answersAProtocolErrorAndCloses() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            client.send("PING\r\n*1\r\n$-1\r\nPING\r\n");
            assertThat(client.readAll()).isEqualTo(
                    "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n");
            assertThat(fixture.door.counters().protocolErrors()).isEqualTo(1);
        }
    }

    @Test
    void closesOnBrowsersWithoutAWord() {
        try (var fixture = new DoorFixture()) {
            for (var line : new String[]{"POST / HTTP/1.1\r\n", "Host: varve\r\n"}) {
                try (var client = fixture.client()) {
                    client.send(line + "FLUSHALL\r\n");
                    assertThat(client.readAll()).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1})
    void leavesNoTraceOfAValueThatStopsHalfway(double unsure) {
        try (var fixture = new DoorFixture(); var watcher = fixture.client()) {
            fixture.engine.unsure(unsure);
            assertThat(watcher.ask("SET k old")).isEqualTo("+OK\r\n");
            for (int bytes : new int[]{0, 1, 10_000, 3_000_000}) {
                try (var client = fixture.client()) {
                    client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4000000\r\n");
                    client.send(new byte[bytes]);
                }
                await(() -> fixture.door.counters().connectionsOpen() == 1);
            }
            await(() -> fixture.engine.openWriters.get() == 0);
            assertThat(watcher.ask("GET k")).isEqualTo("$3\r\nold\r\n");
            assertThat(watcher.ask("DBSIZE")).isEqualTo(":1\r\n");
        }
    }

    @Test
    void holdsOnlySoMuchForAClientThatNeverReads() {
        try (var fixture = new DoorFixture();
                var deaf = new RawClient(fixture.port(), 4096);
                var other = fixture.client()) {
            assertThat(other.ask("SET k " + "v".repeat(10_000))).isEqualTo("+OK\r\n");
            var gets = new ByteArrayOutputStream();
            for (int i = 0; i < 1000; i++) {
                gets.writeBytes(RawClient.request("GET", "k"));
            }
            var sender = Thread.ofVirtual().start(() -> sendUntilClosed(deaf, gets.toByteArray()));
            await(() -> fixture.door.counters().commands() > 20);
            long before = awaitStandstill(fixture);
            // 8 million GETs of 10 KB each will never be sent: the door stopped at what sockets
            // hold.
            assertThat(before).isLessThan(5000);
            assertThat(other.ask("STRLEN k")).isEqualTo(":10000\r\n");
            deaf.hangUp();
            join(sender);
        }
    }

    @Test
    void closesAClientThatTakesNoneOfItsReplies() {
        try (var fixture = new DoorFixture(
                settings -> settings.withWriteStall(Duration.ofMillis(100)));
                var deaf = new RawClient(fixture.port(), 4096);
                var other = fixture.client()) {
            other.send(RawClient.request("SET", "k", "v".repeat(20_000_000)));
            assertThat(other.reply()).isEqualTo("+OK\r\n");
            deaf.send(RawClient.request("GET", "k"));
            await(() -> fixture.door.counters().stalledClients() == 1);
            await(() -> fixture.door.counters().connectionsOpen() == 1);
            assertThat(other.ask("EXISTS k")).isEqualTo(":1\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1})
    void closesAClientThatStopsInTheMiddleOfAValue(double unsure) {
        try (var fixture = new DoorFixture(
                settings -> settings.withWriteStall(Duration.ofMillis(100)));
                var client = fixture.client()) {
            fixture.engine.unsure(unsure);
            client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4000000\r\nabc");
            assertThat(client.isClosedByServer()).isTrue();
            await(() -> fixture.engine.openWriters.get() == 0);
        }
    }

    @Test
    void neverClosesClientsThatAreIdle() {
        try (var fixture = new DoorFixture(
                settings -> settings.withWriteStall(Duration.ofMillis(20)))) {
            var clients = new ArrayList<RawClient>();
            for (int i = 0; i < 2000; i++) {
                var client = fixture.client();
                clients.add(client);
                if (i % 2 == 0) {
                    assertThat(client.ask("SET k" + i + " v")).isEqualTo("+OK\r\n");
                } else {
                    client.send("*2\r\n$3\r\nGE");
                }
            }
            await(() -> fixture.door.counters().connectionsOpen() == 2000);
            // Longer than several stall periods: each of these waits for a round trip.
            for (int i = 0; i < 2000; i += 2) {
                assertThat(clients.get(i).ask("GET k" + i)).isEqualTo("$1\r\nv\r\n");
            }
            for (int i = 1; i < 2000; i += 2) {
                clients.get(i).send("T\r\n$2\r\nk0\r\n");
                assertThat(clients.get(i).reply()).isEqualTo("$1\r\nv\r\n");
            }
            assertThat(fixture.door.counters().stalledClients()).isZero();
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void turnsAwayMoreClientsThanItMayHave() {
        try (var fixture = new DoorFixture(settings -> settings.withMaxClients(2));
                var first = fixture.client();
                var second = fixture.client()) {
            assertThat(first.ask("PING")).isEqualTo("+PONG\r\n");
            assertThat(second.ask("PING")).isEqualTo("+PONG\r\n");
            try (var third = fixture.client()) {
                assertThat(third.readAll()).isEqualTo("-ERR max number of clients reached\r\n");
            }
            second.hangUp();
            await(() -> fixture.door.counters().connectionsOpen() == 1);
            try (var third = fixture.client()) {
                assertThat(third.ask("PING")).isEqualTo("+PONG\r\n");
            }
            assertThat(fixture.door.counters().connectionsRefused()).isEqualTo(1);
        }
    }

    @Test
    void keepsGuestsToShortArguments() {
        try (var fixture = new DoorFixture(
                settings -> settings.withUsers(Map.of("default", "secret")))) {
            try (var client = fixture.client()) {
                client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n");
                assertThat(client.readAll()).isEqualTo(
                        "-ERR Protocol error: unauthenticated bulk length\r\n");
            }
            try (var client = fixture.client()) {
                client.send("*11\r\n");
                assertThat(client.readAll()).isEqualTo(
                        "-ERR Protocol error: unauthenticated multibulk length\r\n");
            }
        }
    }

    @Test
    void servesOthersWhileClientsSendJunk() {
        try (var fixture = new DoorFixture(
                settings -> settings.withWriteStall(Duration.ofSeconds(1)));
                var honest = fixture.client()) {
            for (long seed = 1; seed <= 200; seed++) {
                var random = new Random(seed);
                var junk = new byte[random.nextInt(2000)];
                random.nextBytes(junk);
                var prefix = switch (random.nextInt(4)) {
                    case 0 -> "*" + random.nextInt(5) + "\r\n$" + random.nextInt(20) + "\r\n";
                    case 1 -> "*3\r\n$3\r\nSET\r\n$1\r\nj\r\n$" + random.nextInt(100_000) + "\r\n";
                    case 2 -> "GET ";
                    default -> "";
                };
                try (var client = fixture.client()) {
                    client.send(prefix);
                    sendUntilClosed(client, junk, 1);
                }
                assertThat(honest.ask("SET k" + seed + " v")).as("seed %d", seed)
                        .isEqualTo("+OK\r\n");
            }
            await(() -> fixture.door.counters().connectionsOpen() == 1);
        }
    }

    /// Waits until no more commands are executed.
    private static long awaitStandstill(DoorFixture fixture) {
        long before = -1;
        long now = fixture.door.counters().commands();
        while (now != before) {
            before = now;
            pause(200);
            now = fixture.door.counters().commands();
        }
        return now;
    }

    private static void sendUntilClosed(RawClient client, byte[] bytes) {
        sendUntilClosed(client, bytes, 8000);
    }

    private static void sendUntilClosed(RawClient client, byte[] bytes, int times) {
        try {
            for (int i = 0; i < times; i++) {
                client.send(bytes);
            }
        } catch (UncheckedIOException e) {
            // The end that was meant.
        }
    }

    static void await(BooleanSupplier condition) {
        for (int i = 0; i < 2000; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            pause(10);
        }
        throw new AssertionError("waited in vain");
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

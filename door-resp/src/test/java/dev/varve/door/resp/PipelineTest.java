package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Order and wholeness of replies, however commands leave their loop.
final class PipelineTest {

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 1})
    void answersInOrderWhateverMemoryKnows(double unsure) {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            fixture.engine.unsure(unsure);
            var random = new Random(5);
            var requests = new ByteArrayOutputStream();
            var expected = new ArrayList<String>();
            for (int i = 0; i < 500; i++) {
                addPair(random, i, requests, expected);
            }
            var sender = Thread.ofVirtual().start(() -> client.send(requests.toByteArray()));
            for (int i = 0; i < expected.size(); i++) {
                assertThat(client.reply()).as("reply %d", i).isEqualTo(expected.get(i));
            }
            assertThat(sender.isAlive()).isFalse();
        }
    }

    /// A write and a read of it, of any size, and what they answer.
    private static void addPair(
            Random random,
            int i,
            ByteArrayOutputStream requests,
            List<String> expected) {
        int length = switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextInt(100);
            case 2 -> random.nextInt(16_000, 17_000);
            default -> random.nextInt(100_000);
        };
        var bytes = new byte[length];
        random.nextBytes(bytes);
        var value = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        var key = "key" + random.nextInt(20);
        var bulk = "$" + length + "\r\n" + value + "\r\n";
        switch (random.nextInt(4)) {
            case 0 -> {
                requests.writeBytes(RawClient.request("SET", key, value));
                requests.writeBytes(RawClient.request("GET", key));
                expected.addAll(List.of("+OK\r\n", bulk));
            }
            case 1 -> {
                requests.writeBytes(RawClient.request("MSET", key, value, key + "'", value));
                requests.writeBytes(RawClient.request("MGET", key, "none", key + "'"));
                expected.addAll(List.of("+OK\r\n", "*3\r\n" + bulk + "$-1\r\n" + bulk));
            }
            case 2 -> {
                requests.writeBytes(RawClient.request("SETEX", key, "100", value));
                requests.writeBytes(RawClient.request("GETDEL", key));
                requests.writeBytes(RawClient.request("EXISTS", key));
                expected.addAll(List.of("+OK\r\n", bulk, ":0\r\n"));
            }
            default -> {
                requests.writeBytes(RawClient.request("SET", key, "old"));
                requests.writeBytes(RawClient.request("SET", key, value, "GET"));
                requests.writeBytes(RawClient.request("SET", key, value, "NX"));
                requests.writeBytes(RawClient.request("STRLEN", key));
                requests.writeBytes(RawClient.latin("PING " + i + "\r\n"));
                expected.addAll(List.of(
                        "+OK\r\n", "$3\r\nold\r\n", "$-1\r\n", ":" + length + "\r\n",
                        "$" + Integer.toString(i).length() + "\r\n" + i + "\r\n"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void carriesValuesOfManyBlocks(double unsure) {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            fixture.engine.unsure(unsure);
            var value = new byte[5 * DoorFixture.BLOCK_BYTES + 12_345];
            new Random(3).nextBytes(value);
            client.send(RawClient.request(RawClient.latin("SET"), RawClient.latin("k"), value));
            assertThat(client.reply()).isEqualTo("+OK\r\n");
            for (int i = 0; i < 3; i++) {
                client.send(RawClient.request("GET", "k"));
                assertThat(client.readText(10)).isEqualTo("$5255225\r\n");
                assertThat(client.read(value.length)).isEqualTo(value);
                assertThat(client.readText(2)).isEqualTo("\r\n");
            }
            assertThat(client.ask("GETRANGE k 1048570 1048585")).isEqualTo(
                    "$16\r\n" + latin(value, 1_048_570, 1_048_586) + "\r\n");
            client.send(RawClient.request("GETRANGE", "k", "1000", "3000000"));
            assertThat(client.readText(10)).isEqualTo("$2999001\r\n");
            assertThat(client.read(2_999_001)).isEqualTo(
                    java.util.Arrays.copyOfRange(value, 1000, 3_000_001));
            assertThat(client.readText(2)).isEqualTo("\r\n");
        }
    }

    @Test
    void readsTheSameBytesFromBlocksInManyRuns() {
        var slab = dev.varve.testkit.TestSlab.fragmented(64 << 20);
        try (var fixture = new DoorFixture(
                java.util.function.UnaryOperator.identity(), dev.varve.env.Clock.system(), slab);
                var client = fixture.client()) {
            var value = new byte[2 * DoorFixture.BLOCK_BYTES + 77];
            new Random(4).nextBytes(value);
            client.send(RawClient.request(RawClient.latin("SET"), RawClient.latin("k"), value));
            assertThat(client.reply()).isEqualTo("+OK\r\n");
            var random = new Random(8);
            for (int i = 0; i < 200; i++) {
                int from = random.nextInt(value.length);
                int to = random.nextInt(from, value.length);
                client.send(RawClient.request("GETRANGE", "k", from + "", to + ""));
                assertThat(client.reply()).isEqualTo(
                        "$" + (to - from + 1) + "\r\n" + latin(value, from, to + 1) + "\r\n");
            }
        }
    }

    @Test
    void answersOneByteAtATime() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            for (byte b : RawClient.request("SET", "k", "v".repeat(17_000))) {
                client.send(new byte[]{b});
            }
            assertThat(client.reply()).isEqualTo("+OK\r\n");
            assertThat(client.ask("STRLEN k")).isEqualTo(":17000\r\n");
        }
    }

    @Test
    void answersEverythingBeforeTheClientEndedItsOutput() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            fixture.engine.unsure(1);
            client.send("SET a 1\r\nDEL a\r\nSET a 2\r\nGET a\r\nKEYS *\r\n");
            client.endOutput();
            assertThat(client.readAll()).isEqualTo(
                    "+OK\r\n:1\r\n+OK\r\n$1\r\n2\r\n*1\r\n$1\r\na\r\n");
        }
    }

    @Test
    void closesAfterQuitAndHearsNothingBehindIt() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            client.send("PING\r\nQUIT\r\nSET a 1\r\n");
            assertThat(client.readAll()).isEqualTo("+PONG\r\n+OK\r\n");
            try (var other = fixture.client()) {
                assertThat(other.ask("EXISTS a")).isEqualTo(":0\r\n");
            }
        }
    }

    @Test
    void keepsRepliesFromClientsThatWantNone() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            for (var line : List.of(
                    "CLIENT REPLY OFF", "PING", "SET a 1", "DEL a", "FOO", "CLIENT REPLY ON",
                    "PING", "CLIENT REPLY SKIP", "DEL b", "PING x")) {
                client.send(line + "\r\n");
            }
            assertThat(client.readText(19)).isEqualTo("+OK\r\n+PONG\r\n$1\r\nx\r\n");
        }
    }

    private static String latin(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}

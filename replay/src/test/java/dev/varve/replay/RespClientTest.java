package dev.varve.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RespClientTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final byte[] KEY = "key".getBytes(UTF_8);

    @Test
    void setsChecksAndGetsAValue() throws Exception {
        try (var server = FakeRespServer.good(); var client = connect(server)) {
            assertThat(client.exists(KEY)).isFalse();
            client.set(KEY, text("hello"));
            assertThat(client.exists(KEY)).isTrue();
            var target = ByteBuffer.allocate(9);
            assertThat(client.get(KEY, target)).isEqualTo(5);
            assertThat(new String(target.array(), 0, target.position(), UTF_8)).isEqualTo("hello");
        }
    }

    @Test
    void answersAMissForAKeyThatIsNotThere() throws Exception {
        try (var server = FakeRespServer.good(); var client = connect(server)) {
            var target = ByteBuffer.allocate(4);
            assertThat(client.get(KEY, target)).isEqualTo(RespClient.MISS);
            assertThat(target.position()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 16_370, 16_384, 16_390, 100_000, 3_000_000})
    void carriesValuesOfAnyLengthOneAfterTheOther(int length) throws Exception {
        try (var server = FakeRespServer.good(); var client = connect(server)) {
            var bytes = new byte[length];
            new SplittableRandom(length).nextBytes(bytes);
            for (int i = 0; i < 3; i++) {
                client.set(KEY, ByteBuffer.wrap(bytes));
                var target = ByteBuffer.allocateDirect(length);
                assertThat(client.get(KEY, target)).isEqualTo(length);
                assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(bytes));
            }
        }
    }

    @Test
    void writesFromPositionToLimitAndReadsOnFromPosition() throws Exception {
        try (var server = FakeRespServer.good(); var client = connect(server)) {
            client.set(KEY, text("0123456789").position(3).limit(7));
            assertThat(server.values().get("key")).isEqualTo("3456".getBytes(UTF_8));
            var target = ByteBuffer.allocate(10).position(2).limit(8);
            assertThat(client.get(KEY, target)).isEqualTo(4);
            assertThat(target.position()).isEqualTo(6);
            assertThat(target.limit()).isEqualTo(8);
            assertThat(new String(target.array(), 2, 4, UTF_8)).isEqualTo("3456");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 40_000})
    void dropsWhatDoesNotFitAndGoesOn(int tooMany) throws Exception {
        try (var server = FakeRespServer.good(); var client = connect(server)) {
            client.set(KEY, ByteBuffer.allocate(100 + tooMany));
            var target = ByteBuffer.allocate(100);
            assertThat(client.get(KEY, target)).isEqualTo(100 + tooMany);
            assertThat(target.hasRemaining()).isFalse();
            assertThat(client.exists(KEY)).isTrue();
        }
    }

    @Test
    void carriesLongKeysWithAllBytes() throws Exception {
        try (var server = FakeRespServer.good(); var client = connect(server)) {
            var key = new byte[5000];
            new SplittableRandom(1).nextBytes(key);
            client.set(key, text("v"));
            assertThat(client.exists(key)).isTrue();
        }
    }

    @Test
    void readsTextRepliesOfEveryKind() throws Exception {
        try (var server = FakeRespServer.good(); var client = connect(server)) {
            assertThat(client.text("PING")).isEqualTo("PONG");
            assertThat(client.text("EXISTS", "x")).isEqualTo("0");
            assertThat(client.text("INFO", "server")).contains("redis_version:7.0.15");
            assertThat(client.text("GET", "x")).isEmpty();
        }
    }

    @Test
    void goesOnAfterAnErrorReply() throws Exception {
        try (var server = FakeRespServer.with((command, reply) -> Optional.of(
                command.getFirst().equals("SET") ? "-OOM no room\r\n".getBytes(UTF_8) : reply));
                var client = connect(server)) {
            assertThatExceptionOfType(RespErrorReply.class)
                    .isThrownBy(() -> client.set(KEY, text("v")))
                    .withMessage("OOM no room");
            assertThat(client.exists("other".getBytes(UTF_8))).isFalse();
        }
    }

    @Test
    void logsInWhereTheEndpointHasALogin() throws Exception {
        try (var server = FakeRespServer.good();
                var client = RespClient.connect(withPassword(server, "secret"), TIMEOUT)) {
            assertThat(client.exists(KEY)).isFalse();
            assertThat(server.commands()).containsExactly("AUTH", "PING", "EXISTS");
        }
    }

    @Test
    void saysThatALoginWasRefused() throws Exception {
        try (var server = FakeRespServer.good()) {
            var endpoint = withPassword(server, "guess");
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> RespClient.connect(endpoint, TIMEOUT))
                    .withMessageContaining("WRONGPASS")
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG));
            assertThat(endpoint.login().orElseThrow().toString()).doesNotContain("guess");
        }
    }

    @Test
    void saysThatNobodyIsThere() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var endpoint = new RespEndpoint("127.0.0.1", port, Optional.empty());
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> RespClient.connect(endpoint, TIMEOUT))
                .withMessageContaining("127.0.0.1:" + port + " cannot be reached")
                .withMessageContaining("Maybe no server is running there")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            HTTP/1.1 400 Bad Request\\r\\n    | answered with 'H' where '$' was expected
            :1\\r\\n                          | answered with ':' where '$' was expected
            $x\\r\\n                          | announced a length of x
            $-2\\r\\n                         | announced a length of -2
            $99999999999\\r\\n                | announced a length of 99999999999
            $3\\r\\nabcde\\r\\n               | longer than announced
            $3\\rabc\\r\\n                    | a carriage return without a line feed
            """)
    void closesAConnectionThatSpeaksNoResp(String reply, String message) throws Exception {
        try (var server = FakeRespServer.answering(reply.translateEscapes());
                var client = connect(server)) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> client.get(KEY, ByteBuffer.allocate(10)))
                    .withMessageContaining(server.endpoint().toString())
                    .withMessageContaining(message)
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> client.exists(KEY))
                    .withMessageContaining("was disconnected by this side");
        }
    }

    @Test
    void rejectsAnEndlessLine() throws Exception {
        try (var server = FakeRespServer.answering("+" + "x".repeat(5000) + "\r\n");
                var client = connect(server)) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> client.text("INFO"))
                    .withMessageContaining("a line of more than 4096 bytes");
        }
    }

    @Test
    void rejectsASetThatIsNotAnsweredWithOk() throws Exception {
        try (var server = FakeRespServer.answering("+QUEUED\r\n"); var client = connect(server)) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> client.set(KEY, text("v")))
                    .withMessageContaining("answered SET with QUEUED");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "$", "$100\r\n", "$100\r\nabc"})
    void saysThatTheServerHungUp(String beginning) throws Exception {
        try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var server = Thread.ofVirtual().start(() -> {
                try (var socket = listener.accept()) {
                    socket.getInputStream().readNBytes("*1\r\n$4\r\nPING\r\n".length());
                    socket.getOutputStream().write("+PONG\r\n".getBytes(UTF_8));
                    socket.getInputStream().readNBytes("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n".length());
                    socket.getOutputStream().write(beginning.getBytes(UTF_8));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            var endpoint = new RespEndpoint("127.0.0.1", listener.getLocalPort(), Optional.empty());
            try (var client = RespClient.connect(endpoint, TIMEOUT)) {
                assertThatExceptionOfType(StorageException.class)
                        .isThrownBy(() -> client.get(KEY, ByteBuffer.allocate(100)))
                        .withMessageContaining("closed the connection in the middle of a reply");
            }
            server.join();
        }
    }

    @Test
    void parsesEndpoints() {
        assertThat(RespEndpoint.parse("localhost:6379"))
                .isEqualTo(new RespEndpoint("localhost", 6379, Optional.empty()));
        assertThat(RespEndpoint.parse("::1:6379").host()).isEqualTo("::1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "host", "host:", "host:x", ":1", "host:0", "host:65536"})
    void rejectsWhatIsNoEndpoint(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> RespEndpoint.parse(text))
                .withMessageContaining("endpoint (");
    }

    private static RespClient connect(FakeRespServer server) {
        return RespClient.connect(server.endpoint(), TIMEOUT);
    }

    private static RespEndpoint withPassword(FakeRespServer server, String password) {
        return new RespEndpoint("127.0.0.1", server.endpoint().port(),
                Optional.of(new RespEndpoint.Login("user", password)));
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}

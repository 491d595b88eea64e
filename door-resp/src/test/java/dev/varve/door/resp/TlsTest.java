package dev.varve.door.resp;

import static dev.varve.door.resp.HostileClientTest.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.StorageException;
import dev.varve.testkit.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/// The door behind TLS, with the JDK's sockets and Jedis as its clients.
final class TlsTest {
    private static final TestCertificate OWN = TestCertificate.elliptic();

    /// A door with a TLS port.
    private static final class Fixture implements AutoCloseable {
        final DoorFixture plain;
        final AtomicReference<TlsIdentity> identity;
        final int port;

        Fixture() {
            this(UnaryOperator.identity(), OWN);
        }

        Fixture(UnaryOperator<RespSettings> settings) {
            this(settings, OWN);
        }

        Fixture(
                UnaryOperator<RespSettings> settings,
                TestCertificate own,
                TestCertificate... authorities) {
            plain = new DoorFixture(settings);
            identity = new AtomicReference<>(identity(own, authorities));
            port = plain.door.listen(
                    TlsSettings.on("127.0.0.1", 0, identity::get)).getPort();
        }

        RawClient client() {
            return client(OWN.client());
        }

        RawClient client(SSLContext context) {
            return new RawClient(connect(context, port));
        }

        RespCounters counters() {
            return plain.door.counters();
        }

        @Override
        public void close() {
            plain.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void speaksTls(String protocol) throws IOException {
        try (var fixture = new Fixture()) {
            var socket = connect(OWN.client(), fixture.port);
            socket.setEnabledProtocols(new String[]{protocol});
            try (var client = new RawClient(socket)) {
                assertThat(client.ask("SET k v")).isEqualTo("+OK\r\n");
                assertThat(client.ask("GET k")).isEqualTo("$1\r\nv\r\n");
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            }
            try (var client = fixture.plain.client()) {
                assertThat(client.ask("GET k")).isEqualTo("$1\r\nv\r\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "edwards"})
    void takesOtherKindsOfKeys(String kind) {
        var own = kind.equals("rsa") ? TestCertificate.rsa() : TestCertificate.edwards();
        try (var fixture = new Fixture(settings -> settings, own);
                var client = fixture.client(own.client())) {
            assertThat(client.ask("PING")).isEqualTo("+PONG\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "0, 9000000", "1, 9000000", "0, 70000000", "1, 70000000"})
    void keepsEveryByteOfAValueInBothDirections(double unsure, int length) {
        var value = new byte[length];
        new Random(length).nextBytes(value);
        try (var fixture = new Fixture();
                var client = fixture.client();
                var plain = fixture.plain.client()) {
            fixture.plain.engine.unsure(unsure);
            client.send(RawClient.request(RawClient.latin("SET"), RawClient.latin("k"), value));
            assertThat(client.readText(5)).isEqualTo("+OK\r\n");
            for (var reader : List.of(client, plain, client, plain)) {
                reader.send(RawClient.request("GET", "k"));
                assertThat(reader.readText(3 + Integer.toString(length).length()))
                        .isEqualTo("$" + length + "\r\n");
                assertThat(reader.read(length)).isEqualTo(value);
                assertThat(reader.readText(2)).isEqualTo("\r\n");
            }
        }
    }

    @Test
    void answersPipelinesInOrderAmongLargeAndSmallReplies() {
        var large = "x".repeat(300_000);
        try (var fixture = new Fixture(); var client = fixture.client()) {
            client.send(RawClient.request("SET", "large", large));
            assertThat(client.reply()).isEqualTo("+OK\r\n");
            var requests = new StringBuilder();
            var replies = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                requests.append("GET large\r\nECHO ").append(i).append("\r\n");
                replies.append("$300000\r\n").append(large).append("\r\n");
                var echo = Integer.toString(i);
                replies.append('$')
                        .append(echo.length())
                        .append("\r\n")
                        .append(echo)
                        .append("\r\n");
            }
            Thread.ofVirtual().start(() -> client.send(requests.toString()));
            assertThat(client.readText(replies.length())).isEqualTo(replies.toString());
        }
    }

    @Test
    void closesAClientThatTakesNoneOfItsReplies() {
        int length = 60_000_000;
        try (var fixture = new Fixture(
                settings -> settings.withWriteStall(Duration.ofMillis(500)));
                var other = fixture.client();
                var deaf = fixture.client()) {
            other.send(RawClient.request("SET", "k", "x".repeat(length)));
            assertThat(other.readText(5)).isEqualTo("+OK\r\n");
            deaf.send(RawClient.request("GET", "k"));
            await(() -> fixture.counters().stalledClients() == 1);
            await(() -> fixture.counters().connectionsOpen() == 1);
            assertThat(other.ask("STRLEN k")).isEqualTo(":" + length + "\r\n");
        }
    }

    @Test
    void closesWhileAClientDoesNotRead() {
        try (var fixture = new Fixture(); var deaf = fixture.client()) {
            deaf.send(RawClient.request("SET", "k", "x".repeat(60_000_000)));
            assertThat(deaf.readText(5)).isEqualTo("+OK\r\n");
            for (double unsure : new double[]{0, 1}) {
                fixture.plain.engine.unsure(unsure);
                long before = fixture.counters().bytesOut();
                deaf.send(RawClient.request("GET", "k"));
                await(() -> fixture.counters().bytesOut() > before);
                if (unsure == 0) {
                    deaf.read(60_000_000 + 13);
                }
            }
        }
    }

    @Test
    void answersEverythingBeforeTheClientsGoodbye() throws IOException {
        try (var fixture = new Fixture()) {
            var socket = connect(OWN.client(), fixture.port);
            try (var client = new RawClient(socket)) {
                client.send("SET k v\r\nGET k\r\n");
                socket.shutdownOutput();
                assertThat(client.readAll()).isEqualTo("+OK\r\n$1\r\nv\r\n");
            }
        }
    }

    @Test
    void saysGoodbyeInTheLanguageOfTls() {
        try (var fixture = new Fixture(); var client = fixture.client()) {
            client.send("PING\r\nQUIT\r\nPING\r\n");
            // A connection that ends without TLS's own goodbye fails to be read.
            assertThat(client.readAll()).isEqualTo("+PONG\r\n+OK\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PING\r\n", "*1\r\n$4\r\nPING\r\n", "GET / HTTP/1.1\r\n\r\n"})
    void closesOnThoseWhoDoNotSpeakTls(String words) {
        try (var fixture = new Fixture(); var watcher = fixture.client()) {
            assertThat(watcher.ask("PING")).isEqualTo("+PONG\r\n");
            try (var client = new RawClient(fixture.port)) {
                client.send(words);
                assertThat(client.readAll()).doesNotContain("PONG");
            }
            await(() -> fixture.counters().handshakesFailed() == 1);
            await(() -> fixture.counters().connectionsOpen() == 1);
            assertThat(fixture.counters().commands()).isEqualTo(1);
            assertThat(watcher.ask("PING")).isEqualTo("+PONG\r\n");
        }
    }

    @Test
    void survivesGarbage() throws IOException {
        long seed = 42;
        var random = new Random(seed);
        try (var fixture = new Fixture(); var watcher = fixture.client()) {
            assertThat(watcher.ask("SET k v")).isEqualTo("+OK\r\n");
            for (int i = 0; i < 60; i++) {
                var garbage = new byte[1 + random.nextInt(20_000)];
                random.nextBytes(garbage);
                if (i % 3 != 0) {
                    // The head of a record of TLS, and of a handshake within.
                    System.arraycopy(new byte[]{22, 3, 3, (byte) random.nextInt(64)}, 0, garbage, 0,
                            Math.min(4, garbage.length));
                }
                try (var client = new Socket(InetAddress.getLoopbackAddress(), fixture.port)) {
                    client.getOutputStream().write(garbage);
                } catch (IOException _) {
                    // The server was faster to close.
                }
            }
            assertThat(watcher.ask("GET k")).as("seed %d", seed).isEqualTo("$1\r\nv\r\n");
            await(() -> fixture.counters().connectionsOpen() == 1);
            assertThat(fixture.counters().handshakesFailed()).isPositive();
        }
    }

    @Test
    void breaksOffWhenARecordWasChangedOnItsWay() throws IOException {
        try (var fixture = new Fixture(); var watcher = fixture.client()) {
            assertThat(watcher.ask("SET k v")).isEqualTo("+OK\r\n");
            var raw = new Socket(InetAddress.getLoopbackAddress(), fixture.port);
            var tls = (SSLSocket) OWN.client()
                    .getSocketFactory()
                    .createSocket(
                            raw, "localhost", fixture.port, true);
            tls.startHandshake();
            try (var client = new RawClient(tls)) {
                assertThat(client.ask("PING")).isEqualTo("+PONG\r\n");
                raw.getOutputStream()
                        .write(new byte[]{23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9,
                                10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
                assertThatThrownBy(() -> client.ask("SET k w")).isNotNull();
            }
            await(() -> fixture.counters().connectionsOpen() == 1);
            assertThat(watcher.ask("GET k")).isEqualTo("$1\r\nv\r\n");
        }
    }

    @Test
    void closesHandshakesThatStopHalfway() {
        try (var fixture = new Fixture()) {
            int hasty = fixture.plain.door.listen(new TlsSettings(
                    "127.0.0.1", 0, fixture.identity::get, Duration.ofMillis(100))).getPort();
            var silent = new ArrayList<RawClient>();
            for (var begin : new byte[][]{{}, {22}, {22, 3, 1, 0, 100, 1, 0, 0}}) {
                var client = new RawClient(hasty);
                client.send(begin);
                silent.add(client);
            }
            var halfClosed = new RawClient(hasty);
            halfClosed.endOutput();
            silent.add(halfClosed);
            for (var client : silent) {
                assertThat(client.readAll().length()).isLessThan(100);
                client.close();
            }
            await(() -> fixture.counters().connectionsOpen() == 0);
            assertThat(fixture.counters().handshakesFailed()).isEqualTo(4);
            try (var client = fixture.client()) {
                assertThat(client.ask("PING")).isEqualTo("+PONG\r\n");
            }
        }
    }

    @Test
    void leavesNoTraceOfAValueThatStopsHalfway() {
        try (var fixture = new Fixture(); var watcher = fixture.client()) {
            for (double unsure : new double[]{0, 1}) {
                fixture.plain.engine.unsure(unsure);
                try (var client = fixture.client()) {
                    client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4000000\r\n");
                    client.send(new byte[3_000_000]);
                }
                await(() -> fixture.counters().connectionsOpen() <= 1);
                await(() -> fixture.plain.engine.openWriters.get() == 0);
            }
            assertThat(watcher.ask("EXISTS k")).isEqualTo(":0\r\n");
        }
    }

    @Test
    void turnsAwayWhenThereAreTooMany() {
        try (var fixture = new Fixture(
                settings -> settings.withMaxClients(1), OWN);
                var first = fixture.client()) {
            assertThat(first.ask("PING")).isEqualTo("+PONG\r\n");
            try (var second = new RawClient(fixture.port)) {
                assertThat(second.isClosedByServer()).isTrue();
            }
            assertThat(fixture.counters().connectionsRefused()).isEqualTo(1);
        }
    }

    @Test
    void refusesOldVersions() {
        try (var fixture = new Fixture()) {
            assertThatThrownBy(() -> {
                var socket = connect(OWN.client(), fixture.port);
                socket.setEnabledProtocols(new String[]{"TLSv1.1"});
                socket.startHandshake();
            }).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void letsOnlyKnownClientsInWhereItAsksForCertificates() {
        var known = TestCertificate.other();
        try (var fixture = new Fixture(
                settings -> settings, OWN, known);
                var client = fixture.client(OWN.client(known))) {
            assertThat(client.ask("PING")).isEqualTo("+PONG\r\n");
            for (var context : List.of(OWN.client(), OWN.client(OWN))) {
                assertThatThrownBy(() -> {
                    try (var stranger = fixture.client(context)) {
                        stranger.ask("SET k v");
                    }
                }).hasRootCauseInstanceOf(IOException.class);
            }
            await(() -> fixture.counters().handshakesFailed() == 2);
            assertThat(client.ask("EXISTS k")).isEqualTo(":0\r\n");
        }
    }

    @Test
    void showsANewCertificateToNewClients() {
        var renewed = TestCertificate.other();
        try (var fixture = new Fixture(); var before = fixture.client()) {
            assertThat(before.ask("PING")).isEqualTo("+PONG\r\n");
            fixture.identity.set(identity(renewed));
            assertThat(before.ask("PING")).isEqualTo("+PONG\r\n");
            try (var after = fixture.client(renewed.client())) {
                assertThat(after.ask("PING")).isEqualTo("+PONG\r\n");
            }
            assertThatThrownBy(() -> fixture.client().ask("PING"))
                    .hasRootCauseInstanceOf(GeneralSecurityException.class);
        }
    }

    @Test
    void worksWithJedis(@TempDir Path folder) {
        var trust = SslOptions.builder()
                .truststore(OWN.writeTrustStore(folder.resolve("trust.p12")).toFile(),
                        TestCertificate.PASSWORD.toCharArray())
                .trustStoreType("PKCS12")
                .sslVerifyMode(SslVerifyMode.FULL)
                .build();
        var users = Map.of("ann", "secret");
        try (var fixture = new Fixture(
                settings -> settings.withUsers(users), OWN);
                var jedis = new Jedis(
                        new HostAndPort("localhost", fixture.port),
                        DefaultJedisClientConfig.builder()
                                .sslOptions(trust)
                                .user("ann")
                                .password("secret")
                                .build())) {
            var value = new byte[5_000_000];
            new Random(5).nextBytes(value);
            var key = "k".getBytes(StandardCharsets.UTF_8);
            assertThat(jedis.set(key, value)).isEqualTo("OK");
            assertThat(jedis.get(key)).isEqualTo(value);
        }
    }

    @Test
    void saysThatItCannotListen() throws IOException {
        try (var fixture = new Fixture();
                var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var settings = TlsSettings.on(
                    "127.0.0.1", taken.getLocalPort(), fixture.identity::get);
            assertThatThrownBy(() -> fixture.plain.door.listen(settings))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
            try (var client = fixture.client()) {
                assertThat(client.ask("PING")).isEqualTo("+PONG\r\n");
            }
        }
    }

    @Test
    void tellsWhichKeyBelongsToACertificate() {
        for (var own : List.of(OWN, TestCertificate.rsa(), TestCertificate.edwards())) {
            assertThat(TlsIdentity.belongTogether(own.certificate(), own.key())).isTrue();
            assertThat(TlsIdentity.belongTogether(
                    own.certificate(), TestCertificate.other().key())).isFalse();
        }
    }

    static TlsIdentity identity(TestCertificate own, TestCertificate... authorities) {
        return TlsIdentity.of(
                List.of(own.certificate()), own.key(),
                List.of(authorities).stream().map(TestCertificate::certificate).toList());
    }

    private static SSLSocket connect(SSLContext context, int port) {
        try {
            return (SSLSocket) context.getSocketFactory().createSocket("localhost", port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

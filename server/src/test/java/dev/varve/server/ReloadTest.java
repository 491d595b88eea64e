package dev.varve.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.testkit.TestCertificate;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server whose configuration file changes while it runs.
class ReloadTest {
    private static final TestCertificate FIRST = TestCertificate.elliptic();
    private static final TestCertificate SECOND = TestCertificate.other();

    @TempDir
    private Path folder;

    @BeforeEach
    void givesItACertificate() throws IOException {
        write(FIRST);
    }

    @Test
    void takesNewUsersAndANewCertificate() throws Exception {
        configure("resp-user.ann = a", "resp-user.bert = b");
        try (var server = start(); var bert = tls(server, FIRST)) {
            assertThat(ask(bert, "AUTH bert b", 5)).isEqualTo("+OK\r\n");
            configure("resp-user.ann = new");
            write(SECOND);

            var answer = post(server);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("Reloaded: users ann; certificate valid until "
                    + SECOND.certificate().getNotAfter().toInstant() + "\n");
            assertThat(bert.getInputStream().read()).isEqualTo(-1);
            try (var ann = tls(server, SECOND)) {
                assertThat(ask(ann, "AUTH ann a", 10)).isEqualTo("-WRONGPASS");
            }
            try (var ann = tls(server, SECOND)) {
                assertThat(ask(ann, "AUTH ann new", 5)).isEqualTo("+OK\r\n");
            }
            assertThatThrownBy(() -> tls(server, FIRST)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void keepsWhatIsInForceWhenTheFilesCannotBeUsed() throws Exception {
        configure("resp-user.ann = a");
        try (var server = start(); var ann = tls(server, FIRST)) {
            assertThat(ask(ann, "AUTH ann a", 5)).isEqualTo("+OK\r\n");
            var breakages = List.<Breakage>of(
                    () -> configure("resp-user.bert = b", "memmory = 1g", "resp-tls-port = x"),
                    () -> Files.delete(folder.resolve("varve.conf")),
                    () -> Files.writeString(folder.resolve("cert.pem"), "no certificate"),
                    () -> Files.writeString(folder.resolve("key.pem"), SECOND.keyPem()));
            for (var breakage : breakages) {
                configure("resp-user.bert = b");
                write(FIRST);
                breakage.run();

                var answer = post(server);

                assertThat(answer.statusCode()).isEqualTo(409);
                assertThat(answer.body())
                        .startsWith("Not reloaded, the settings before stay in force: ")
                        .contains(" must be ")
                        .hasLineCount(1);
                assertThat(ask(ann, "PING", 7)).isEqualTo("+PONG\r\n");
                try (var again = tls(server, FIRST)) {
                    assertThat(ask(again, "AUTH ann a", 5)).isEqualTo("+OK\r\n");
                }
                try (var bert = tls(server, FIRST)) {
                    assertThat(ask(bert, "AUTH bert b", 10)).isEqualTo("-WRONGPASS");
                }
            }
        }
    }

    @Test
    void wantsUsersAsLongAsOthersReachTheDoor() throws Exception {
        configure("resp-user.ann = a", "resp-tls-host = 0.0.0.0");
        try (var server = start()) {
            configure("resp-tls-host = 127.0.0.1");
            assertThatThrownBy(server::reload).isInstanceOf(StorageException.class)
                    .hasMessageContaining(
                            "resp-user must be set, because the Redis door listens on 0.0.0.0 until");
            try (var client = tls(server, FIRST)) {
                assertThat(ask(client, "GET k", 7)).isEqualTo("-NOAUTH");
            }
        }
    }

    @Test
    void saysWhatHasToWaitForTheNextStart() throws Exception {
        configure("resp-user.ann = a");
        try (var server = start()) {
            Files.writeString(folder.resolve("varve.conf"), "");
            assertThat(server.reload()).isEqualTo(
                    "Reloaded: no users; the TLS port stays open until the server's end");
            try (var client = tls(server, FIRST)) {
                assertThat(ask(client, "PING", 7)).isEqualTo("+PONG\r\n");
            }
        }
        Files.writeString(folder.resolve("varve.conf"), "");
        try (var server = start()) {
            assertThat(server.endpoints().respTls()).isEmpty();
            configure();
            assertThat(server.reload()).isEqualTo(
                    "Reloaded: no users; the TLS port opens at the next start");
        }
    }

    @Test
    void reloadsOnlyWhenItIsPosted() throws Exception {
        configure();
        try (var server = start()) {
            assertThat(send(server, "GET").statusCode()).isEqualTo(405);
            assertThat(send(server, "POST").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void tellsWhereItListensForTls() throws Exception {
        configure();
        try (var server = start()) {
            var tls = server.endpoints().respTls().orElseThrow();
            assertThat(tls.port()).isPositive().isNotEqualTo(server.endpoints().resp().port());
            assertThat(Endpoints.read(folder.resolve("data"))).contains(server.endpoints());
            assertThat(server.facts()).anyMatch(fact -> fact.contains("rediss://" + tls));
        }
    }

    @Test
    void namesTheSettingOfATlsPortThatIsTaken() throws Exception {
        configure();
        try (var server = start()) {
            int taken = server.endpoints().respTls().orElseThrow().port();
            configure("resp-tls-port = " + taken);
            assertThatThrownBy(() -> start("second").close())
                    .hasMessage("resp-tls-port (" + taken + ") must be free on 127.0.0.1");
        }
    }

    private interface Breakage {
        void run() throws IOException;
    }

    private void write(TestCertificate certificate) throws IOException {
        Files.writeString(folder.resolve("cert.pem"), certificate.certificatePem());
        Files.writeString(folder.resolve("key.pem"), certificate.keyPem());
    }

    private void configure(String... lines) throws IOException {
        var all = new ArrayList<>(List.of(
                "resp-tls-cert = " + folder.resolve("cert.pem"),
                "resp-tls-key = " + folder.resolve("key.pem"), "resp-tls-port = 0"));
        all.addAll(List.of(lines));
        Files.write(folder.resolve("varve.conf"), all);
    }

    private VarveServer start() {
        return start("data");
    }

    private VarveServer start(String data) {
        var source = SettingsSource.find(
                new Machine(1L << 30, _ -> 1L << 30), Clock.system(), Map.of(),
                Map.of(
                        Setting.DATA, List.of(folder.resolve(data).toString()),
                        Setting.MEMORY, List.of("32m"),
                        Setting.FLASH, List.of("128m"),
                        Setting.RESP_PORT, List.of("0"),
                        Setting.S3_PORT, List.of("0"),
                        Setting.ADMIN_PORT, List.of("0")),
                Optional.of(folder.resolve("varve.conf")));
        return VarveServer.start(source.read(), source::read, EnergyFigures.Catalogue.NONE,
                Clock.system(), new Random(1));
    }

    private static Socket tls(VarveServer server, TestCertificate trusted) throws IOException {
        var endpoint = server.endpoints().respTls().orElseThrow().asSeenLocally();
        var socket = (SSLSocket) trusted.client()
                .getSocketFactory()
                .createSocket(endpoint.host(), endpoint.port());
        socket.setSoTimeout(20_000);
        socket.startHandshake();
        return socket;
    }

    private static String ask(Socket socket, String command, int answerBytes) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(US_ASCII));
        return new String(socket.getInputStream().readNBytes(answerBytes), US_ASCII);
    }

    private static HttpResponse<String> post(VarveServer server) throws Exception {
        return send(server, "POST");
    }

    private static HttpResponse<String> send(VarveServer server, String method) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var uri = URI.create("http://" + server.endpoints().admin() + "/reload");
            return http.send(
                    HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(),
                    BodyHandlers.ofString());
        }
    }
}

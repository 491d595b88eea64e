package dev.varve.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.varve.door.s3.S3Settings.ETags;
import dev.varve.engine.ObjectKey;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.server.TenantSettings.Quota;
import dev.varve.store.StoreSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class VarveServerTest {
    private static final Endpoint ANY_PORT = new Endpoint("127.0.0.1", 0);
    private static final Path METRICS_PAGE = Path.of("..", "docs", "metrics.md");

    @TempDir
    private Path folder;

    @Test
    void opensBothDoorsAndTheAdminPort() throws Exception {
        try (var server = start(settings(ANY_PORT, ANY_PORT, ANY_PORT))) {
            assertThat(redis(server, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            assertThat(get(server.endpoints().s3(), "/").statusCode()).isEqualTo(403);
            var health = get(server.endpoints().admin(), "/health");
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.body()).isEqualTo("{\"status\":\"up\"}\n");
            assertThat(Endpoints.read(folder)).contains(server.endpoints());
            assertThat(server.facts()).anyMatch(fact -> fact
                    .contains("redis://" + server.endpoints().resp()));
        }
        assertThat(Endpoints.read(folder)).isEmpty();
    }

    @Test
    void tellsItsStatus() throws Exception {
        try (var server = start(settings(ANY_PORT, ANY_PORT, ANY_PORT))) {
            redis(server, "SET key value\r\n", 5);
            redis(server, "GET key\r\n", 11);
            var report = StatusReport.ofJson(get(server.endpoints().admin(), "/status").body());
            assertThat(report.resp()).isEqualTo(server.endpoints().resp().toString());
            assertThat(report.engine().writes().commits()).isEqualTo(1);
            assertThat(report.engine().reads().memoryBytes()).isEqualTo(5);
            assertThat(report.doors()).extracting(door -> door.name())
                    .containsExactly("redis", "s3");
            assertThat(report.doors().getFirst().requests()).isEqualTo(2);
        }
    }

    @Test
    void answersOnlyWhatItKnows() throws Exception {
        try (var server = start(settings(ANY_PORT, ANY_PORT, ANY_PORT))) {
            var admin = server.endpoints().admin();
            assertThat(get(admin, "/").statusCode()).isEqualTo(404);
            assertThat(get(admin, "/health/../keys").statusCode()).isEqualTo(404);
            assertThat(get(admin, "/statusx").body())
                    .isEqualTo("Here are /explain /health /metrics /status\n");
            assertThat(get(admin, "/explain").statusCode()).isEqualTo(400);
            assertThat(get(admin, "/explain?key=x&bucket=none").statusCode()).isEqualTo(404);
            assertThat(get(admin, "/explain?key=a%20key").body()).startsWith("state ")
                    .contains("unknown: never written");
            var post = send(HttpRequest.newBuilder(uri(admin, "/health"))
                    .POST(BodyPublishers.ofString("x")));
            assertThat(post.statusCode()).isEqualTo(405);
            var head = send(HttpRequest.newBuilder(uri(admin, "/health")).HEAD());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX) // the local door has metrics, and is nowhere else
    void describesEachMetricInTheDocumentation() throws Exception {
        var shown = new TreeSet<String>();
        var tenant = new TenantSettings("app", List.of(ObjectKey.of("a/")),
                Optional.of(new Quota(10, true)), Optional.empty(), 0);
        // No user would be let into both: the settings refuse it, and the metrics show both.
        var socket = Optional.of(folder.resolve("local.sock"));
        try (var server = start(settings(Map.of("app", "secret"), List.of(tenant), socket))) {
            redis(server, "PING\r\n", 7);
            get(server.endpoints().s3(), "/");
            var text = get(server.endpoints().admin(), "/metrics").body();
            Pattern.compile("^# TYPE (\\S+)", Pattern.MULTILINE)
                    .matcher(text)
                    .results()
                    .map(match -> match.group(1))
                    .filter(name -> name.startsWith("varve_"))
                    .forEach(shown::add);
        }
        shown.add("varve_energy_measured_joules_total"); // where the machine has meters
        shown.add("varve_energy_measured_watts");
        var described = new TreeSet<String>();
        Pattern.compile("^\\| `(varve_\\w+)", Pattern.MULTILINE)
                .matcher(Files.readString(METRICS_PAGE))
                .results()
                .forEach(match -> described.add(match.group(1)));
        assertThat(shown).isEqualTo(described);
    }

    @Test
    void refusesAFolderThatAnotherServerHolds() {
        try (var _ = start(settings(ANY_PORT, ANY_PORT, ANY_PORT))) {
            var refusal = refusal(settings(ANY_PORT, ANY_PORT, ANY_PORT));
            assertThat(refusal.kind()).isEqualTo(Kind.CONFLICT);
            assertThat(refusal.getMessage()).contains(folder.toString()).hasLineCount(1);
        }
    }

    @Test
    void namesTheSettingOfAPortThatIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = new Endpoint("127.0.0.1", taken.getLocalPort());
            var refusals = Map.of(
                    "resp-port", settings(port, ANY_PORT, ANY_PORT),
                    "s3-port", settings(ANY_PORT, port, ANY_PORT),
                    "admin-port", settings(ANY_PORT, ANY_PORT, port));
            refusals.forEach((name, settings) -> {
                var refusal = refusal(settings);
                assertThat(refusal.kind()).isEqualTo(Kind.CONFLICT);
                assertThat(refusal.getMessage())
                        .startsWith(name + " (" + port.port() + ") must be free")
                        .hasLineCount(1);
            });
        }
        start(settings(ANY_PORT, ANY_PORT, ANY_PORT)).close();
    }

    @Test
    void keepsItsKeysAndItsObjectsAcrossARestart() throws Exception {
        try (var server = start(settings(ANY_PORT, ANY_PORT, ANY_PORT))) {
            redis(server, "SET key value\r\n", 5);
        }
        var keys = S3Keys.read(folder);
        try (var server = start(settings(ANY_PORT, ANY_PORT, ANY_PORT))) {
            assertThat(redis(server, "GET key\r\n", 11)).isEqualTo("$5\r\nvalue\r\n");
        }
        assertThat(S3Keys.read(folder)).isEqualTo(keys).isPresent();
    }

    @Test
    void asksForAPasswordWhereThereAreUsers() throws Exception {
        var users = Map.of("app", "secret");
        try (var server = start(settings(users, List.of(), Optional.empty()))) {
            assertThat(redis(server, "GET key\r\n", 7)).isEqualTo("-NOAUTH");
            assertThat(redis(server, "AUTH app secret\r\n", 5)).isEqualTo("+OK\r\n");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void letsTheRedisDoorsUsersInAtTheLocalSocket() throws Exception {
        var socket = folder.resolve("local.sock");
        var refused = hello("", "");
        var admitted = hello("app", "secret");
        try (var server = start(withLocalSocket(socket, Map.of("app", "secret")))) {
            assertThat(server.facts()).contains("  local   " + socket);
            assertThat(status(socket, refused)).isEqualTo(3);
            assertThat(status(socket, hello("app", "wrong"))).isEqualTo(3);
            assertThat(status(socket, admitted)).isZero();
            var report = StatusReport.ofJson(get(server.endpoints().admin(), "/status").body());
            assertThat(report.doors()).extracting(door -> door.name())
                    .containsExactly("redis", "s3", "local");
            assertThat(report.doors().getLast().errors()).isEqualTo(2);
        }
        assertThat(socket).doesNotExist();
        try (var _ = start(withLocalSocket(socket, Map.of()))) {
            assertThat(status(socket, refused)).isZero();
        }
    }

    private Settings withLocalSocket(Path socket, Map<String, String> users) {
        return settings(users, List.of(), Optional.of(socket));
    }

    private Settings settings(
            Map<String, String> users,
            List<TenantSettings> tenants,
            Optional<Path> socket) {
        var plain = settings(ANY_PORT, ANY_PORT, ANY_PORT);
        return new Settings(plain.data(), plain.store(), plain.media(), plain.resp(), 0, users,
                tenants,
                Optional.empty(), socket, plain.s3(), plain.s3Domain(), plain.s3Region(),
                plain.s3ETags(), plain.admin());
    }

    /// The local door's first request.
    private static ByteBuffer hello(String user, String password) {
        var body = ByteBuffer.allocate(24 + user.length() + password.length())
                .order(ByteOrder.LITTLE_ENDIAN);
        body.putInt(1).putInt(body.capacity() - 8).put("VARVELOC".getBytes(US_ASCII));
        body.putShort((short) 1).putShort((short) user.length());
        body.putShort((short) password.length()).putShort((short) 0);
        return body.put(user.getBytes(US_ASCII)).put(password.getBytes(US_ASCII)).flip();
    }

    /// What the local door answers to a request.
    private static int status(Path socket, ByteBuffer request) throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(request.duplicate());
            var header = ByteBuffer.allocate(8);
            while (header.hasRemaining() && channel.read(header) >= 0) {
                assertThat(header.position()).isPositive();
            }
            return header.get(1);
        }
    }

    private Settings settings(Endpoint resp, Endpoint s3, Endpoint admin) {
        return new Settings(folder, StoreSettings.of(32 << 20, 128 << 20), TierMedia.DEFAULT, resp,
                0, Map.of(),
                List.of(), Optional.empty(),
                Optional.empty(), s3,
                "localhost", "us-east-1", ETags.MD5, admin);
    }

    private static VarveServer start(Settings settings) {
        return VarveServer.start(settings, Clock.system(), new Random(1));
    }

    private static StorageException refusal(Settings settings) {
        return catchThrowableOfType(StorageException.class, () -> start(settings).close());
    }

    /// Sends an inline command and reads so many bytes of the answer.
    private static String redis(VarveServer server, String command, int answerBytes)
            throws IOException {
        var endpoint = server.endpoints().resp();
        try (var socket = new Socket(endpoint.host(), endpoint.port())) {
            socket.getOutputStream().write(command.getBytes(US_ASCII));
            return new String(socket.getInputStream().readNBytes(answerBytes), US_ASCII);
        }
    }

    private static HttpResponse<String> get(Endpoint endpoint, String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(endpoint, path)));
    }

    private static URI uri(Endpoint endpoint, String path) {
        return URI.create("http://" + endpoint + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }
}

package dev.varve.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.varve.engine.ObjectKey;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.server.TenantSettings.Quota;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What users may touch and take: from its settings to its effect, and changed while the server
/// runs.
class TenantsTest {
    private static final String NOPERM = "-NOPERM No permissions to access a key\r\n";

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final Map<Setting, List<String>> arguments = new EnumMap<>(Setting.class);

    @BeforeEach
    void givesItUsers() {
        arguments.put(Setting.RESP_USER, List.of("ann=a", "bert=b", "c.d=c"));
        arguments.put(Setting.RESP_PORT, List.of("0"));
        arguments.put(Setting.S3_PORT, List.of("0"));
        arguments.put(Setting.ADMIN_PORT, List.of("0"));
        arguments.put(Setting.DATA, List.of(folder.resolve("data").toString()));
        arguments.put(Setting.MEMORY, List.of("64m"));
        arguments.put(Setting.FLASH, List.of("256m"));
    }

    @Test
    void gathersTenantsFromAllSources() throws IOException {
        configure("tenant.ann.prefix = old/", "tenant.ann.memory = 25%", "tenant.c.d.rate = 1k",
                "tenant.bert.prefix = b/  bb/");
        environment.put("VARVE_TENANT_ann_PREFIX", "a/");
        environment.put("VARVE_TENANT_c.d_MEMORY", "1g");
        arguments.put(Setting.TENANT,
                List.of("bert.flash = 2m", "c.d.memory=3m", "c.d.prefix=c=d"));
        var bert = new TenantSettings("bert", keys("b/", "bb/"), Optional.empty(),
                Optional.of(new Quota(2 << 20, false)), 0);

        assertThatThrownBy(this::read).hasMessage("tenant (bert.flash ) from --tenant must be a"
                + " user's name, then .prefix, memory, flash or rate");
        arguments.put(Setting.TENANT, List.of("bert.flash=2m", "c.d.memory=3m", "c.d.prefix=c=d"));
        assertThat(read().tenants()).containsExactly(
                new TenantSettings("ann", keys("a/"), Optional.of(new Quota(25, true)),
                        Optional.empty(), 0),
                bert,
                new TenantSettings("c.d", keys("c=d"), Optional.of(new Quota(3 << 20, false)),
                        Optional.empty(), 1024));
        assertThat(new Quota(25, true).bytes(400)).isEqualTo(100);
        assertThat(new Quota(500, false).bytes(400)).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "ann.prefix=      | one or more beginnings of keys, separated by blanks, each"
                    + " of at most"
                    + " 1024 characters",
            "ann.memory=lots  | a size such as 2g, or a share such as 25%",
            "ann.memory=0     | a size such as 2g, or a share such as 25%",
            "ann.memory=101%  | a size such as 2g, or a share such as 25%",
            "ann.flash=0%     | a size such as 2g, or a share such as 25%",
            "ann.rate=quick   | what may pass in a second, such as 500m, at least 1k",
            "ann.rate=1000    | what may pass in a second, such as 500m, at least 1k"})
    void saysOneLineForABadPart(String argument, String what) {
        configure("tenant.ann.prefix = a/");
        arguments.put(Setting.TENANT, List.of(argument));
        var parts = argument.split("=", 2);
        assertThat(problems()).containsExactly("tenant." + parts[0] + " (" + parts[1]
                + ") from --tenant must be " + what);
    }

    @Test
    void refusesWhatBelongsToNobody() {
        arguments.put(Setting.TENANT, List.of("nobody.prefix=x", "ann", "ann=5", "ann.speed=5"));
        environment.put("VARVE_TENANT_", "x");
        configure("tenant = ann", "tenant.ann = 5");
        assertThat(problems()).containsExactlyInAnyOrder(
                "tenant in " + folder.resolve("varve.conf")
                        + " is not a setting; write tenant.NAME.prefix = PREFIX",
                "tenant (ann) from " + folder.resolve("varve.conf")
                        + " must be a user's name, then .prefix, memory, flash or rate",
                "tenant () from VARVE_TENANT_ must be a user's name, then _prefix, memory, flash or"
                        + " rate",
                "tenant (ann) from --tenant must be NAME.PART=VALUE",
                "tenant (ann) from --tenant must be a user's name, then .prefix, memory, flash or"
                        + " rate",
                "tenant (ann.speed) from --tenant must be a user's name, then .prefix,"
                        + " memory, flash"
                        + " or rate",
                "tenant (nobody) from --tenant must be the name of a resp-user");
    }

    @Test
    void wantsPrefixesForQuotasAndKeepsThemApart() {
        arguments.put(Setting.TENANT, List.of("ann.memory=1m", "bert.prefix=b/ x/a",
                "bert.memory=1m", "c.d.prefix=x/", "c.d.flash=1m"));
        assertThat(problems()).containsExactly(
                "tenant.ann.memory (1m) from --tenant must be given together with"
                        + " tenant.ann.prefix",
                "tenant.c.d.prefix (x/) from --tenant must be apart from x/a of"
                        + " tenant.bert, because"
                        + " both have quotas");
    }

    @Test
    void countsPrefixesOfOneTenantThatOverlapOnce() {
        arguments.put(Setting.TENANT, List.of("ann.prefix=b a/x a/", "ann.memory=1m"));
        assertThat(read().tenants().getFirst().prefixes()).isEqualTo(keys("a/", "b"));
    }

    @Test
    void letsUsersShareKeysWhereOnlyOneHasAQuota() {
        arguments.put(Setting.TENANT, List.of("ann.prefix=a/", "ann.memory=1m", "bert.prefix=a/"));
        assertThat(read().tenants()).hasSize(2);
    }

    @Test
    void keepsTheLocalSocketToThoseWhoMayReadAllKeys() {
        arguments.put(Setting.LOCAL_SOCKET, List.of(folder.resolve("s").toString()));
        arguments.put(Setting.TENANT, List.of("ann.rate=1m"));
        assertThat(read().localSocket()).isPresent();
        arguments.put(Setting.TENANT, List.of("ann.prefix=a/"));
        assertThatThrownBy(this::read).hasMessageContaining("local-socket")
                .hasMessageContaining("must be absent where a tenant has a prefix");
    }

    @Test
    void changesWhileClientsAreConnected() throws Exception {
        configure("tenant.ann.prefix = a/", "tenant.bert.prefix = b/", "tenant.bert.memory = 50%");
        try (var server = start();
                var ann = client(server, "ann a");
                var bert = client(server,
                        "bert b")) {
            assertThat(ask(ann, "SET a/1 x")).isEqualTo("+OK\r\n");
            assertThat(ask(ann, "SET b/1 x")).isEqualTo(NOPERM);
            assertThat(ask(bert, "SET b/1 x")).isEqualTo("+OK\r\n");

            configure("tenant.ann.prefix = a/ b/", "tenant.ann.memory = 10m");
            assertThat(server.reload()).isEqualTo("Reloaded: users ann bert c.d; tenants ann");

            assertThat(ask(ann, "EXISTS a/1 b/1")).isEqualTo(":2\r\n");
            assertThat(ask(bert, "EXISTS a/1")).isEqualTo(":1\r\n");

            configure("tenant.ann.memory = 10m");
            assertThatThrownBy(server::reload)
                    .hasMessageContaining("must be given together with tenant.ann.prefix");
            assertThat(ask(ann, "SET c/1 x")).isEqualTo(NOPERM);
            assertThat(ask(ann, "EXISTS b/1")).isEqualTo(":1\r\n");
        }
    }

    private VarveServer start() {
        var source = new SettingsSource(machine(), Clock.system(), environment, arguments,
                Optional.of(folder.resolve("varve.conf")));
        return VarveServer.start(source.read(), source::read, EnergyFigures.Catalogue.NONE,
                Clock.system(), new Random(1));
    }

    private static Socket client(VarveServer server, String credentials) throws IOException {
        var endpoint = server.endpoints().resp();
        var socket = new Socket(endpoint.host(), endpoint.port());
        socket.setSoTimeout(20_000);
        assertThat(ask(socket, "AUTH " + credentials)).isEqualTo("+OK\r\n");
        return socket;
    }

    /// Sends one line and reads one.
    private static String ask(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
        var reply = new StringBuilder();
        while (!reply.toString().endsWith("\r\n")) {
            reply.append((char) socket.getInputStream().read());
        }
        return reply.toString();
    }

    private static List<ObjectKey> keys(String... texts) {
        return List.of(texts).stream().map(ObjectKey::of).toList();
    }

    private void configure(String... lines) {
        try {
            Files.write(folder.resolve("varve.conf"), List.of(lines));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Machine machine() {
        return new Machine(1L << 30, _ -> 1L << 30);
    }

    private Settings read() {
        var file = folder.resolve("varve.conf");
        return new SettingsReader(machine(), Clock.system(), environment)
                .read(arguments, Files.exists(file) ? Optional.of(file) : Optional.empty());
    }

    private List<String> problems() {
        var refusal = catchThrowableOfType(StorageException.class, this::read);
        return String.valueOf(refusal.getMessage()).lines().toList();
    }
}

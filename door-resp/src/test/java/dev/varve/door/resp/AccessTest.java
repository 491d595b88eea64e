package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.ObjectKey;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Users who may touch only keys that begin so, beside one who may touch all.
final class AccessTest {
    private static final String REFUSED = "-NOPERM No permissions to access a key\r\n";
    private static final Map<String, String> PASSWORDS = Map.of("ann", "a", "bert", "b", "root",
            "r");

    private final DoorFixture fixture = new DoorFixture(
            settings -> settings.withUsers(PASSWORDS)
                    .withAccesses(Map.of("ann", only("a/", "shared/"), "bert", only("b/"))));
    private final RawClient ann = client("ann a");
    private final RawClient bert = client("bert b");
    private final RawClient root = client("root r");

    @BeforeEach
    void fill() {
        ok(ann, "SET a/1 x");
        ok(ann, "SET a/2 x");
        ok(ann, "SET shared/1 x");
        ok(bert, "SET b/1 secret");
        ok(root, "SET a x");
        ok(root, "SET zoo x");
    }

    @AfterEach
    void close() {
        ann.close();
        bert.close();
        root.close();
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET %s", "GETDEL %s", "GETEX %s", "GETEX %s PERSIST",
            "GETRANGE %s 0 1", "STRLEN %s", "MGET a/1 %s", "MGET %s a/1", "SET %s v",
            "SET %s v NX GET", "SETNX %s v", "SETEX %s 10 v", "PSETEX %s 10 v", "MSET a/1 v %s v",
            "EXISTS %s", "EXISTS a/1 %s a/2", "DEL %s", "UNLINK a/1 %s", "TYPE %s", "EXPIRE %s 10",
            "PEXPIRE %s 10", "EXPIREAT %s 10", "PEXPIREAT %s 10", "TTL %s", "PTTL %s",
            "EXPIRETIME %s", "PEXPIRETIME %s", "PERSIST %s", "VARVE EXPLAIN %s",
            "VARVE PREFETCH %s", "VARVE PREFETCH a/1 %s", "VARVE PIN %s 10",
            "VARVE DEMOTE a/1 %s", "VARVE RELEASE %s"})
    void refusesEveryCommandOnForeignKeysWhetherTheyAreThereOrNot(String command) {
        for (var key : List.of("b/1", "b/none", "a", "A/1", "share", "zoo", "\"\"")) {
            assertThat(ann.ask(command.formatted(key))).as(key).isEqualTo(REFUSED);
        }
        assertThat(bert.ask("GET b/1")).isEqualTo("$6\r\nsecret\r\n");
        assertThat(bert.ask("TTL b/1")).isEqualTo(":-1\r\n");
        assertThat(root.ask("EXISTS a/1 a/2 a zoo b/none")).isEqualTo(":4\r\n");
    }

    @Test
    void neverLooksForForeignKeys() {
        fixture.engine.readFailure = java.util.Optional.of(new dev.varve.env.StorageException(
                dev.varve.env.StorageException.Kind.CLOSED, "asked"));
        assertThat(ann.ask("GET b/1")).isEqualTo(REFUSED);
        assertThat(ann.ask("EXISTS b/1")).isEqualTo(REFUSED);
        assertThat(ann.ask("GET a/1")).startsWith("-ERR server is shutting down");
        fixture.engine.readFailure = java.util.Optional.empty();
    }

    @Test
    void checksTheFormOfACommandFirstAsRedisDoes() {
        assertThat(ann.ask("SET b/1")).startsWith("-ERR wrong number of arguments");
        assertThat(ann.ask("NOSUCH b/1")).startsWith("-ERR unknown command");
        assertThat(ann.ask("SET b/1 v nonsense")).isEqualTo(REFUSED);
    }

    @Test
    void showsAUserOnlyItsOwnKeys() {
        assertThat(ann.ask("KEYS *")).isEqualTo(
                "*3\r\n$3\r\na/1\r\n$3\r\na/2\r\n$8\r\nshared/1\r\n");
        assertThat(ann.ask("KEYS s*")).isEqualTo("*1\r\n$8\r\nshared/1\r\n");
        assertThat(ann.ask("KEYS b/*")).isEqualTo("*0\r\n");
        assertThat(ann.ask("KEYS a/2")).isEqualTo("*1\r\n$3\r\na/2\r\n");
        assertThat(ann.ask("DBSIZE")).isEqualTo(":3\r\n");
        assertThat(bert.ask("DBSIZE")).isEqualTo(":1\r\n");
        assertThat(root.ask("DBSIZE")).isEqualTo(":6\r\n");
        assertThat(scanned(ann, "SCAN %s COUNT 1")).containsExactly("a/1", "a/2", "shared/1");
        assertThat(scanned(ann, "SCAN %s COUNT 2 MATCH *1")).containsExactly("a/1", "shared/1");
        assertThat(scanned(ann, "SCAN %s COUNT 100 MATCH b/*")).isEmpty();
        assertThat(scanned(root, "SCAN %s COUNT 2")).hasSize(6);
    }

    @Test
    void takesNoCursorOfAnotherUser() {
        var reply = bert.ask("SCAN 0 COUNT 1").split("\r\n", -1);
        assertThat(reply[2]).isNotEqualTo("0");
        assertThat(ann.ask("SCAN " + reply[2])).isEqualTo("-ERR invalid cursor\r\n");
        assertThat(bert.ask("SCAN " + reply[2])).isEqualTo("*2\r\n$1\r\n0\r\n*0\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLUSHDB", "FLUSHALL", "FLUSHALL ASYNC"})
    void clearsOnlyItsOwnKeys(String command) {
        ok(ann, "SELECT 3");
        ok(ann, "SET a/3 x");
        ok(ann, "SELECT " + (command.startsWith("FLUSHALL") ? 3 : 0));
        ok(ann, command);
        ok(ann, "SELECT 0");
        assertThat(ann.ask("DBSIZE")).isEqualTo(":0\r\n");
        ok(ann, "SELECT 3");
        assertThat(ann.ask("DBSIZE"))
                .isEqualTo(command.startsWith("FLUSHALL") ? ":0\r\n" : ":1\r\n");
        assertThat(root.ask("EXISTS a zoo b/1")).isEqualTo(":3\r\n");
    }

    @Test
    void tellsNothingAboutOtherClients() {
        ok(bert, "CLIENT SETNAME berts-secret-name");
        ok(ann, "CLIENT SETNAME ann1");
        assertThat(ann.ask("CLIENT LIST")).contains("name=ann1").doesNotContain("bert");
        assertThat(ann.ask("CLIENT LIST ID 1 2 3 4 5")).doesNotContain("bert");
        assertThat(root.ask("CLIENT LIST")).contains("ann1", "berts-secret-name");
        assertThat(ann.ask("INFO")).contains("redis_version", "role:master")
                .doesNotContain("keyspace", "db0:", "used_memory", "connected_clients");
        assertThat(ann.ask("INFO keyspace")).isEqualTo("$0\r\n\r\n");
        assertThat(root.ask("INFO")).contains("keyspace_hits", "db0:keys=6");
    }

    @Test
    void takesInNoForeignValue() {
        var large = "v".repeat(3_000_000);
        ann.send(RawClient.request("SET", "b/1", large));
        assertThat(ann.reply()).isEqualTo(REFUSED);
        ann.send(RawClient.request("MSET", "a/1", large, "b/1", large));
        assertThat(ann.reply()).isEqualTo(REFUSED);
        assertThat(ann.ask("STRLEN a/1")).isEqualTo(":1\r\n");
        assertThat(bert.ask("STRLEN b/1")).isEqualTo(":6\r\n");
        ann.send(RawClient.request("SET", "a/1", large));
        assertThat(ann.reply()).isEqualTo("+OK\r\n");
    }

    @Test
    void aReloadHoldsForOpenConnections() {
        fixture.door.admit(PASSWORDS, Map.of("ann", only("b/"), "root", only("zoo")));
        assertThat(ann.ask("GET a/1")).isEqualTo(REFUSED);
        assertThat(ann.ask("STRLEN b/1")).isEqualTo(":6\r\n");
        assertThat(bert.ask("EXISTS a/1 b/1 zoo")).isEqualTo(":3\r\n");
        assertThat(root.ask("KEYS *")).isEqualTo("*1\r\n$3\r\nzoo\r\n");
    }

    @Test
    void holdsForTheUserThatAConnectionIsNow() {
        ok(root, "AUTH bert b");
        assertThat(root.ask("GET zoo")).isEqualTo(REFUSED);
        ok(root, "AUTH root r");
        assertThat(root.ask("STRLEN zoo")).isEqualTo(":1\r\n");
        assertThat(ann.ask("RESET")).isEqualTo("+RESET\r\n");
        assertThat(ann.ask("GET a/1")).startsWith("-NOAUTH");
        assertThat(ann.ask("AUTH root wrong")).startsWith("-WRONGPASS");
        ok(ann, "AUTH ann a");
        assertThat(ann.ask("GET zoo")).isEqualTo(REFUSED);
    }

    @Test
    void keepsNoPrefixThatBeginsWithAnother() {
        assertThat(only("b", "a/", "a/x", "ab", "a/").prefixes())
                .containsExactly(ObjectKey.of("a/"), ObjectKey.of("ab"), ObjectKey.of("b"));
        assertThat(only("a/", "b/").within(ObjectKey.of("a/x")))
                .containsExactly(ObjectKey.of("a/x"));
        assertThat(only("a/", "b/").within(ObjectKey.of("c"))).isEmpty();
        assertThatThrownBy(() -> new Access(List.of(), -1))
                .hasMessage("bytesPerSecond (-1) must be at least 0");
    }

    private static Access only(String... prefixes) {
        return new Access(Arrays.stream(prefixes).map(ObjectKey::of).toList(), 0);
    }

    private RawClient client(String credentials) {
        var client = fixture.client();
        ok(client, "AUTH " + credentials);
        return client;
    }

    private static void ok(RawClient client, String command) {
        assertThat(client.ask(command)).isEqualTo("+OK\r\n");
    }

    private static Set<String> scanned(RawClient client, String command) {
        var found = new HashSet<String>();
        var cursor = "0";
        do {
            var reply = client.ask(command.formatted(cursor)).split("\r\n", -1);
            cursor = reply[2];
            for (int i = 5; i < reply.length; i += 2) {
                found.add(reply[i]);
            }
        } while (!cursor.equals("0"));
        return new TreeSet<>(found);
    }
}

package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.TestSlab;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// Commands whose replies differ from one server to the next, so that no transcript can hold them.
final class ServerCommandsTest {

    @Test
    void greetsInTheProtocolThatWasAskedFor() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            var resp2 = lines(
                    "*14", "$6", "server", "$5", "redis", "$7", "version", "$5", "7.2.4", "$5",
                    "proto", ":2", "$2", "id", ":1", "$4", "mode", "$10", "standalone", "$4",
                    "role", "$6", "master", "$7", "modules", "*0");
            assertThat(client.ask("HELLO")).isEqualTo(resp2);
            assertThat(client.ask("HELLO 2")).isEqualTo(resp2);
            assertThat(client.ask("HELLO 3 SETNAME me")).isEqualTo(
                    resp2.replace("*14", "%7").replace(":2\r\n", ":3\r\n"));
            assertThat(client.ask("CLIENT GETNAME")).isEqualTo("$2\r\nme\r\n");
            assertThat(client.ask("GET none")).isEqualTo("_\r\n");
            assertThat(client.ask("RESET")).isEqualTo("+RESET\r\n");
            assertThat(client.ask("GET none")).isEqualTo("$-1\r\n");
        }
    }

    @Test
    void listsClientsWithTheirLibraries() {
        try (var fixture = new DoorFixture();
                var client = greeted(fixture);
                var other = greeted(fixture)) {
            assertThat(client.ask("CLIENT SETINFO LIB-NAME glide")).isEqualTo("+OK\r\n");
            assertThat(client.ask("CLIENT SETINFO lib-ver 2.5")).isEqualTo("+OK\r\n");
            assertThat(client.ask("CLIENT SETINFO FOO x")).isEqualTo(
                    "-ERR Unrecognized option 'FOO'\r\n");
            client.send(RawClient.request("CLIENT", "SETINFO", "LIB-NAME", "a b"));
            assertThat(client.reply()).isEqualTo("-ERR lib-name cannot contain spaces, newlines or "
                    + "special characters.\r\n");
            assertThat(client.ask("CLIENT MAINT_NOTIFICATIONS ON")).isEqualTo(
                    "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n");
            assertThat(client.ask("CLIENT ID")).isEqualTo(":1\r\n");
            assertThat(other.ask("CLIENT ID")).isEqualTo(":2\r\n");
            assertThat(other.ask("SELECT 3")).isEqualTo("+OK\r\n");
            assertThat(client.ask("CLIENT INFO")).contains(
                    "id=1 addr=127.0.0.1:", " laddr=127.0.0.1:" + fixture.port(), " db=0 ",
                    " cmd=client|info user=default ", " resp=2 lib-name=glide lib-ver=2.5\n");
            assertThat(client.ask("CLIENT LIST")).contains("id=1 ", "id=2 ", " db=3 ");
            assertThat(client.ask("CLIENT LIST ID 2")).contains("id=2 ").doesNotContain("id=1 ");
            assertThat(client.ask("HELLO 3")).startsWith("%7");
            assertThat(client.ask("CLIENT INFO")).startsWith("=").contains("\r\ntxt:id=1 ");
        }
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    /// A client that the server has numbered already.
    private static RawClient greeted(DoorFixture fixture) {
        var client = fixture.client();
        assertThat(client.ask("PING")).isEqualTo("+PONG\r\n");
        return client;
    }

    @Test
    void reportsItself() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            assertThat(client.ask("SET a b")).isEqualTo("+OK\r\n");
            assertThat(client.ask("INFO")).contains(
                    "# Server\r\nredis_version:7.2.4\r\n", "tcp_port:" + fixture.port(),
                    "\r\n\r\n# Clients\r\nconnected_clients:1\r\n", "# Memory\r\nused_memory:",
                    "maxmemory:268435456\r\n", "# Stats\r\n", "total_commands_processed:2\r\n",
                    "# Replication\r\nrole:master\r\n", "cluster_enabled:0\r\n",
                    "# Keyspace\r\ndb0:keys=1\r\n");
            assertThat(client.ask("INFO REPLICATION")).isEqualTo(
                    "$48\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n");
            assertThat(client.ask("INFO keyspace clients")).startsWith("$")
                    .contains(
                            "# Clients", "# Keyspace")
                    .doesNotContain("# Server");
            assertThat(client.ask("CONFIG GET maxmemory")).isEqualTo(
                    "*2\r\n$9\r\nmaxmemory\r\n$9\r\n268435456\r\n");
            assertThat(client.ask("CONFIG GET save appendonly")).isEqualTo(
                    "*4\r\n$10\r\nappendonly\r\n$2\r\nno\r\n$4\r\nsave\r\n$0\r\n\r\n");
            assertThat(client.ask("TIME")).matches("(?s)\\*2\r\n\\$10\r\n\\d+\r\n\\$\\d\r\n.*");
        }
    }

    @Test
    void tellsItsCommands() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            assertThat(client.ask("COMMAND INFO get")).isEqualTo(lines(
                    "*1", "*10", "$3", "get", ":2", "*2", "+readonly", "+fast", ":1", ":1", ":1",
                    "*0", "*0", "*0", "*0"));
            var count = Integer.parseInt(client.ask("COMMAND COUNT").substring(1).strip());
            assertThat(client.ask("COMMAND")).startsWith("*" + count + "\r\n");
            assertThat(client.ask("COMMAND LIST")).startsWith("*" + count + "\r\n")
                    .contains("mget");
            assertThat(client.ask("COMMAND DOCS")).startsWith("*" + 2 * count + "\r\n");
            assertThat(client.ask("HELLO 3")).startsWith("%7");
            assertThat(client.ask("COMMAND INFO get none")).isEqualTo(lines(
                    "*2", "*10", "$3", "get", ":2", "~2", "+readonly", "+fast", ":1", ":1", ":1",
                    "~0", "~0", "~0", "*0", "_"));
        }
    }

    @Test
    void isAClusterOfOneNode() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            assertThat(client.ask("CLUSTER KEYSLOT foo")).isEqualTo(":12182\r\n");
            assertThat(client.ask("CLUSTER KEYSLOT {user1000}.x")).isEqualTo(":3443\r\n");
            assertThat(client.ask("CLUSTER KEYSLOT foo{}{bar}")).isEqualTo(":8363\r\n");
            var id = client.ask("CLUSTER MYID").substring(5, 45);
            var port = fixture.port();
            assertThat(client.ask("CLUSTER SLOTS")).isEqualTo(
                    "*1\r\n*3\r\n:0\r\n:16383\r\n*4\r\n$9\r\n127.0.0.1\r\n:" + port + "\r\n$40\r\n"
                            + id + "\r\n*0\r\n");
            assertThat(client.ask("CLUSTER SHARDS")).contains("$6\r\nmaster", id, ":" + port);
            assertThat(client.ask("CLUSTER NODES")).contains(
                    id + " 127.0.0.1:" + port + "@" + port + " myself,master");
            assertThat(client.ask("CLUSTER INFO")).contains("cluster_state:ok\r\n");
            assertThat(client.ask("READONLY")).isEqualTo("+OK\r\n");
        }
    }

    @Test
    void walksAllKeysThoughOthersComeAndGo() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            for (int i = 0; i < 300; i++) {
                assertThat(client.ask("SET stay" + i + " v")).isEqualTo("+OK\r\n");
            }
            Set<String> seen = new HashSet<>();
            var cursor = "0";
            int pages = 0;
            do {
                var page = client.ask("SCAN " + cursor + " COUNT 25").split("\r\n", -1);
                cursor = page[2];
                for (int i = 5; i < page.length - 1; i += 2) {
                    seen.add(page[i]);
                }
                assertThat(client.ask("SET go" + pages + " v")).isEqualTo("+OK\r\n");
                assertThat(client.ask("DEL go" + (pages - 1))).startsWith(":");
                pages++;
            } while (!cursor.equals("0"));
            assertThat(pages).isBetween(12, 40);
            for (int i = 0; i < 300; i++) {
                assertThat(seen).contains("stay" + i);
            }
            assertThat(client.ask("SCAN 123456")).isEqualTo("-ERR invalid cursor\r\n");
        }
    }

    @Test
    void refusesKeysThatNoObjectCanHave() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            var longest = "k".repeat(4096);
            assertThat(client.ask("SET " + longest + " v")).isEqualTo("+OK\r\n");
            assertThat(client.ask("GET " + longest)).isEqualTo("$1\r\nv\r\n");
            var tooLong = "k".repeat(4097);
            for (var value : new String[]{"v", "v".repeat(100_000)}) {
                assertThat(client.ask("SET " + tooLong + " " + value)).isEqualTo(
                        "-ERR key length (4097) must be from 1 to 4096 bytes\r\n");
                client.send(RawClient.request("SET", "", value));
                assertThat(client.reply()).isEqualTo(
                        "-ERR key length (0) must be from 1 to 4096 bytes\r\n");
            }
            assertThat(client.ask("GET " + tooLong)).isEqualTo("$-1\r\n");
            assertThat(client.ask("EXISTS " + tooLong)).isEqualTo(":0\r\n");
            assertThat(client.ask("DEL " + tooLong + " " + longest)).isEqualTo(":1\r\n");
        }
    }

    @Test
    void letsValuesExpire() {
        var clock = new ManualClock();
        try (var fixture = new DoorFixture(settings -> settings, clock, TestSlab.of(1 << 20));
                var client = fixture.client()) {
            assertThat(client.ask("SET a v EX 10")).isEqualTo("+OK\r\n");
            assertThat(client.ask("SET b v PX 10001")).isEqualTo("+OK\r\n");
            assertThat(client.ask("PTTL b")).isEqualTo(":10001\r\n");
            clock.advance(Duration.ofSeconds(10));
            assertThat(client.ask("EXISTS a b")).isEqualTo(":1\r\n");
            assertThat(client.ask("TTL a")).isEqualTo(":-2\r\n");
            assertThat(client.ask("PTTL b")).isEqualTo(":1\r\n");
        }
    }

    @Test
    void countsWhatItDoes() {
        var heard = ConcurrentHashMap.<String>newKeySet();
        try (var tasks = new SystemTasks(); var slab = TestSlab.of(1 << 20)) {
            var engine = new FakeEngine(slab, Clock.system(), 1 << 16);
            var door = RespDoor.open(
                    engine, RespSettings.on("127.0.0.1", 0), Clock.system(), tasks,
                    (command, nanos) -> heard.add(command + (nanos >= 0 ? "" : "?")));
            try (var client = new RawClient(door.localAddress().getPort())) {
                assertThat(client.ask("SET a b")).isEqualTo("+OK\r\n");
                assertThat(client.ask("GET a")).isEqualTo("$1\r\nb\r\n");
                assertThat(client.ask("DEL a")).isEqualTo(":1\r\n");
                assertThat(client.ask("FOO")).startsWith("-ERR unknown command");
                var counters = door.counters();
                assertThat(counters.commands()).isEqualTo(4);
                assertThat(counters.commandsByName()).containsOnlyKeys("set", "get", "del");
                assertThat(counters.errors()).isEqualTo(1);
                assertThat(counters.offLoop()).isEqualTo(1);
                assertThat(counters.connectionsOpen()).isEqualTo(1);
                assertThat(counters.connectionsTotal()).isEqualTo(1);
                assertThat(counters.bytesIn()).isEqualTo(RawClient.request("SET", "a", "b").length
                        + 2L * RawClient.request("GET", "a").length
                        + RawClient.request("FOO").length);
                assertThat(counters.bytesOut()).isGreaterThan(5 + 7 + 4);
            }
            door.close();
            engine.close();
            assertThat(heard).containsExactlyInAnyOrder("set", "get", "del", "unknown");
        }
    }
}

package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.store.Store;
import dev.varve.store.StoreSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The door on a real store whose memory is far smaller than what is written.
final class RealStoreTest {
    private static final long MEMORY_BYTES = 16 << 20;
    private static final long FLASH_BYTES = 512 << 20;
    private static final int KEYS = 24;

    @TempDir
    Path folder;

    @Test
    void servesTheRightBytesOrNoneFromMemoryAndFlash() throws Exception {
        try (var store = Store.open(folder, StoreSettings.of(MEMORY_BYTES, FLASH_BYTES));
                var tasks = new SystemTasks();
                var door = open(store, tasks);
                var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            int port = door.localAddress().getPort();
            var work = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 4; i++) {
                int worker = i;
                work.add(() -> writeAndRead(port, worker));
            }
            int hits = 0;
            for (var done : workers.invokeAll(work)) {
                hits += done.get();
            }
            assertThat(hits).as("of %d reads", 4 * KEYS * 2).isGreaterThan(4 * KEYS);
            assertThat(door.counters().errors()).isZero();
            assertThat(door.counters().offLoop()).isPositive();
        }
    }

    @Test
    void findsAgainWhatItHadBeforeItsRestart() {
        var value = value(7, 3_000_000);
        try (var store = Store.open(folder, StoreSettings.of(MEMORY_BYTES, FLASH_BYTES));
                var tasks = new SystemTasks();
                var door = open(store, tasks);
                var client = new RawClient(door.localAddress().getPort())) {
            client.send(RawClient.request(RawClient.latin("SET"), RawClient.latin("k"), value));
            assertThat(client.reply()).isEqualTo("+OK\r\n");
            assertThat(client.ask("SET short v EX 1000")).isEqualTo("+OK\r\n");
        }
        try (var store = Store.open(folder, StoreSettings.of(MEMORY_BYTES, FLASH_BYTES));
                var tasks = new SystemTasks();
                var door = open(store, tasks);
                var client = new RawClient(door.localAddress().getPort())) {
            client.send(RawClient.request("GET", "k"));
            assertThat(client.readText(10)).isEqualTo("$3000000\r\n");
            assertThat(client.read(value.length)).isEqualTo(value);
            assertThat(client.readText(2)).isEqualTo("\r\n");
            assertThat(client.ask("GET short")).isEqualTo("$1\r\nv\r\n");
            assertThat(client.ask("TTL short")).matches(":(9[0-9][0-9]|1000)\r\n");
        }
    }

    @Test
    void explainsKeysAndTakesHints() {
        try (var store = Store.open(folder, StoreSettings.of(MEMORY_BYTES, FLASH_BYTES));
                var tasks = new SystemTasks();
                var door = open(store, tasks);
                var client = new RawClient(door.localAddress().getPort())) {
            assertThat(explain(client)).startsWith("*2\r\n$5\r\nstate\r\n").contains("unknown");
            client.ask("SET k v");
            assertThat(explain(client)).contains("present", "memory", "$7\r\nheld-ms\r\n$1\r\n0");
            assertThat(client.ask("VARVE PIN k 100")).isEqualTo(":1\r\n");
            assertThat(explain(client)).containsPattern("held-ms\r\n\\$5\r\n99[0-9]{3}");
            assertThat(client.ask("VARVE DEMOTE k none")).isEqualTo(":1\r\n");
            assertThat(client.ask("VARVE PREFETCH k none")).isEqualTo(":2\r\n");
            assertThat(client.ask("VARVE RELEASE k")).isEqualTo(":1\r\n");
            assertThat(explain(client)).contains("held-ms\r\n$1\r\n0");
            client.ask("DEL k");
            assertThat(explain(client)).contains("left", "deleted by a client");
        }
    }

    @Test
    void refusesHintsThatMakeNoSense() {
        try (var store = Store.open(folder, StoreSettings.of(MEMORY_BYTES, FLASH_BYTES));
                var tasks = new SystemTasks();
                var door = open(store, tasks);
                var client = new RawClient(door.localAddress().getPort())) {
            assertThat(client.ask("VARVE PIN k 0")).startsWith("-ERR seconds must be from 1 to");
            assertThat(client.ask("VARVE PIN k 99999999")).startsWith("-ERR seconds");
            assertThat(client.ask("VARVE PIN k x")).startsWith("-ERR value is not an integer");
            assertThat(client.ask("VARVE PIN k 10")).isEqualTo(":0\r\n");
            assertThat(client.ask("VARVE EXPLAIN")).startsWith("-ERR wrong number of arguments");
            assertThat(client.ask("VARVE NOSUCH k")).startsWith("-ERR unknown subcommand");
            assertThat(client.ask("VARVE HELP")).startsWith("*");
        }
    }

    /// What the server says of the key `k`, as it is on the wire.
    private static String explain(RawClient client) {
        return client.ask("VARVE EXPLAIN k");
    }

    private static RespDoor open(Store store, SystemTasks tasks) {
        return RespDoor.open(
                store.engine(), RespSettings.on("127.0.0.1", 0), Clock.system(), tasks,
                LatencyRecorder.NONE);
    }

    private static int writeAndRead(int port, int worker) {
        int hits = 0;
        try (var client = new RawClient(port)) {
            for (int i = 0; i < KEYS; i++) {
                client.send(RawClient.request(
                        RawClient.latin("SET"), key(worker, i),
                        value(worker * 100 + i, length(i))));
                assertThat(client.readText(5)).isEqualTo("+OK\r\n");
                hits += read(client, worker, i);
            }
            for (int i = 0; i < KEYS; i++) {
                hits += read(client, worker, i);
            }
        }
        return hits;
    }

    /// Reads one value, which a cache may have forgotten but must not have changed.
    private static int read(RawClient client, int worker, int i) {
        client.send(RawClient.request(RawClient.latin("GET"), key(worker, i)));
        var header = client.readText(5);
        if (header.equals("$-1\r\n")) {
            return 0;
        }
        var wanted = "$" + length(i) + "\r\n";
        assertThat(header + client.readText(wanted.length() - 5)).isEqualTo(wanted);
        assertThat(client.read(length(i))).isEqualTo(value(worker * 100 + i, length(i)));
        assertThat(client.readText(2)).isEqualTo("\r\n");
        return 1;
    }

    /// Among them some that are larger than the store keeps in memory.
    private static int length(int i) {
        return i % 8 == 0 ? 5_000_000 : 300_000 + 100_000 * (i % 9);
    }

    private static byte[] key(int worker, int i) {
        return RawClient.latin("worker" + worker + "/" + i);
    }

    private static byte[] value(int seed, int length) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}

package dev.varve.checks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/// What only memory had is there again after SIGKILL, and only that.
@Tag("real-server")
final class WarmRestartIT {
    private static final List<Long> KEYS = IntStream.range(0, 24).mapToObj(Long::valueOf).toList();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void findsInMemoryWhatWasThereWhenItWasKilled() throws Exception {
        try (ServerProcess server = start()) {
            try (Jedis redis = server.redis()) {
                for (long key : KEYS) {
                    redis.set(name(key), value(key, 1));
                }
                redis.set(name(3), value(3, 2));
                redis.del(name(5));
                redis.expire(name(7), 10_000);
            }
            server.kill();
        }
        try (ServerProcess server = start()) {
            try (Jedis redis = server.redis()) {
                for (long key : KEYS) {
                    var found = Optional.ofNullable(redis.get(name(key)));
                    assertThat(found.isPresent()).as("key %d", key).isEqualTo(key != 5);
                    found.ifPresent(value -> assertThat(value).as("key %d", key)
                            .isEqualTo(value(key, key == 3 ? 2 : 1)));
                }
                assertThat(redis.ttl(name(7))).isPositive();
                assertThat(fact(redis, 9, "tiers")).isEqualTo("memory");
            }
            server.kill();
        }
        Path memory;
        try (var files = Files.list(folder.resolve("memory"))) {
            memory = files.toList().getFirst();
        }
        damageSlot(memory, "key-11");
        try (ServerProcess server = start()) {
            try (Jedis redis = server.redis()) {
                assertThat(redis.get(name(11))).isNull();
                assertThat(fact(redis, 11, "reason")).isEqualTo("lost to corruption");
                assertThat(redis.get(name(9))).isEqualTo(value(9, 1));
            }
            server.askToStop();
            server.awaitEnd();
        }
        assertThat(folder.resolve("memory")).isEmptyDirectory();
    }

    private ServerProcess start() throws Exception {
        var server = ServerProcess.start(folder.resolve("data"), folder.resolve("server.log"));
        server.awaitReady();
        return server;
    }

    /// Flips a bit behind the key, wherever the index names it.
    private static void damageSlot(Path memory, String key) throws Exception {
        byte[] bytes = Files.readAllBytes(memory);
        byte[] name = key.getBytes(StandardCharsets.US_ASCII);
        int hits = 0;
        for (int at = 0; at < 1 << 20; at++) {
            if (Arrays.equals(bytes, at, at + name.length, name, 0, name.length)) {
                bytes[at + name.length + 10] ^= 1;
                hits++;
            }
        }
        assertThat(hits).isPositive();
        try (var file = FileChannel.open(memory,
                StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(bytes, 0, 1 << 20), 0);
        }
    }

    private static String fact(Jedis redis, long key, String fact) {
        var facts = (List<?>) redis.sendCommand(
                () -> "VARVE".getBytes(StandardCharsets.US_ASCII),
                "EXPLAIN".getBytes(StandardCharsets.US_ASCII), name(key));
        Map<String, String> byName = new TreeMap<>();
        for (int i = 0; i < facts.size(); i += 2) {
            byName.put(text(facts.get(i)), text(facts.get(i + 1)));
        }
        return byName.getOrDefault(fact, "");
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }

    private static byte[] name(long key) {
        return ("key-" + key).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] value(long key, int version) {
        return Content.of(key, version);
    }
}

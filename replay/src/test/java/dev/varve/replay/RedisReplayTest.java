package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.SystemTasks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The client and the replay against the reference server, where it is installed.
final class RedisReplayTest {
    private static final Path REDIS = Path.of("/usr/bin/redis-server");
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @TempDir
    private Path folder;
    private final SystemTasks tasks = new SystemTasks();
    private Optional<Process> redis = Optional.empty();
    private RespEndpoint endpoint = RespEndpoint.parse("127.0.0.1:1");

    @BeforeEach
    void startRedis() throws IOException {
        assumeThat(Files.isExecutable(REDIS)).as(REDIS + " is installed").isTrue();
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        redis = Optional.of(new ProcessBuilder(REDIS.toString(), "--port", "" + port,
                "--bind", "127.0.0.1", "--save", "", "--dir", folder.toString(),
                "--requirepass", "secret")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start());
        endpoint = new RespEndpoint("127.0.0.1", port,
                Optional.of(new RespEndpoint.Login("default", "secret")));
    }

    @AfterEach
    void stopRedis() throws InterruptedException {
        tasks.close();
        if (redis.isPresent()) {
            redis.orElseThrow().destroy();
            redis.orElseThrow().waitFor();
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void aReplayOnOneConnectionHitsWhatAnEndlessCacheWould() {
        try (var client = connect()) {
            client.text("FLUSHALL");
            var statistics = TrafficStatistics.of(new TrafficGenerator(10_000, 2));
            var settings = new ReplaySettings(endpoint, 1, 200, 0, "replay@", TIMEOUT);
            var result = new ReplayRun(settings, Clock.system(), tasks)
                    .run(new TrafficGenerator(10_000, 2), _ -> {});
            assertThat(result.failure()).isEmpty();
            assertThat(result.refusals()).isZero();
            assertThat(result.wrongBytes()).isZero();
            assertThat(result.hits())
                    .isEqualTo(statistics.references() - statistics.distinctBlocks());
            assertThat(client.text("DBSIZE")).isEqualTo("" + statistics.distinctBlocks());
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void theClientUnderstandsTheReferenceServer() {
        try (var client = connect()) {
            var key = new byte[]{0, 13, 10, -1};
            var value = ByteBuffer.allocate(1_000_000);
            BlockContent.fill(1, value);
            assertThat(client.exists(key)).isFalse();
            client.set(key, value);
            assertThat(client.exists(key)).isTrue();
            var back = ByteBuffer.allocateDirect(1_000_000);
            assertThat(client.get(key, back)).isEqualTo(1_000_000);
            assertThat(BlockContent.wrongBytes(1, back.flip())).isZero();
            assertThat(client.text("INFO", "server")).contains("redis_version:");
        }
    }

    /// Redis needs a moment until it listens.
    private RespClient connect() {
        while (true) {
            try {
                return RespClient.connect(endpoint, TIMEOUT);
            } catch (StorageException e) {
                assertThat(redis.orElseThrow().isAlive()).as("Redis runs: " + e).isTrue();
                assertThat(e.kind()).as(String.valueOf(e.getMessage()))
                        .isEqualTo(StorageException.Kind.UNAVAILABLE);
                Clock.system().sleepNanos(20_000_000);
            }
        }
    }
}

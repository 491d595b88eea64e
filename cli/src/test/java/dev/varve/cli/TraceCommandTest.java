package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.door.s3.S3Settings.ETags;
import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.replay.RespClient;
import dev.varve.replay.RespEndpoint;
import dev.varve.server.Endpoint;
import dev.varve.server.Settings;
import dev.varve.server.TierMedia;
import dev.varve.server.VarveServer;
import dev.varve.store.StoreSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From real traffic through a recording to a replay of it.
class TraceCommandTest {
    private static final int KEYS = 2000;
    private static final int STEPS = 6000;
    private static final int CONNECTIONS = 3;

    @TempDir
    private Path folder;

    @Test
    void aReplayOfARecordingHasTheHitRatioThatTheServerHad() throws Exception {
        var file = folder.resolve("all.trace");
        double ratio = record(file, "1");
        assertThat(ratio).isBetween(0.2, 0.8);
        try (var fresh = server("fresh")) {
            var replay = run("replay", "--trace", file.toString(), "--connections", "1", "--target",
                    fresh.endpoints().resp().toString());
            assertThat(replay.code).as(replay.err).isZero();
            assertThat(replay.out).contains("wrong bytes          0");
            assertThat(hitRatio(replay.out, "blocks .*, hit ratio")).isEqualTo(rounded(ratio));
            assertThat(rounded(ratioOf(fresh))).isEqualTo(rounded(ratio));
        }
        var policies = run("replay", "--trace", file.toString());
        assertThat(hitRatio(policies.out, "without limits of memory:")).isEqualTo(rounded(ratio));
        var figures = run("trace", "stat", file.toString());
        assertThat(figures.out).contains("100.0 % of all keys", "connections  " + CONNECTIONS)
                .doesNotContain("note:");
        assertThat(hitRatio(figures.out, "would serve")).isEqualTo(rounded(ratio));
        assertThat(run("trace", "show", "--count", "2", file.toString()).out.lines()).hasSize(3);
    }

    @Test
    void aSampleOfTheKeysHasAboutThatRatioToo() throws Exception {
        var file = folder.resolve("sample.trace");
        double ratio = record(file, "0.25");
        try (var fresh = server("fresh")) {
            var replay = run("replay", "--trace", file.toString(), "--connections", "4", "--target",
                    fresh.endpoints().resp().toString());
            assertThat(replay.code).as(replay.err).isZero();
            // About 500 keys, of which each is hit or missed some times: four times the error.
            assertThat(hitRatio(replay.out, "blocks .*, hit ratio"))
                    .isBetween(ratio - 0.08, ratio + 0.08);
        }
        assertThat(run("replay", "--trace", file.toString()).out).contains("25.00 % of all keys");
        assertThat(file.toFile().length()).isLessThan(12L * STEPS);
    }

    @Test
    void readsARecordingThatWasCutOffAndSaysSo() throws Exception {
        var file = folder.resolve("cut.trace");
        record(file, "1");
        var bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 40));
        var figures = run("trace", "stat", file.toString());
        assertThat(figures.code).isZero();
        assertThat(figures.out).contains("note: " + file + " was cut off: read up to its last whole"
                + " block, which ends at offset ");
        bytes[100] ^= 1;
        Files.write(file, bytes);
        var damaged = run("trace", "stat", file.toString());
        assertThat(damaged.code).isEqualTo(1);
        assertThat(damaged.err).contains("the block at offset 80 of " + file
                + " has the wrong checksum");
    }

    @Test
    void refusesWhatItCannotRecord() throws Exception {
        var there = Files.createFile(folder.resolve("there"));
        assertThat(run("trace", "record", there.toString(), "--rate", "2").code).isEqualTo(2);
        assertThat(run("trace", "record", there.toString(), "--for", "1w").err)
                .contains("--for (1w) must be a time such as 30s, 10m or 2h, at most 24h");
        var exists = run("trace", "record", there.toString());
        assertThat(exists.code).isEqualTo(1);
        assertThat(exists.err).contains(there + " exists already");
        var nobody = folder.resolve("nobody");
        var alone = run("trace", "record", nobody.toString(), "--data", folder.toString());
        assertThat(alone.err).contains("no server runs on " + folder);
        assertThat(nobody).doesNotExist();
        assertThat(run("trace").code).isEqualTo(2);
        assertThat(run("trace", "stat", there.toString(), "--format", "mp3").err)
                .contains("format (mp3) must be one of varve, mooncake");
    }

    /// Records some traffic from a server of its own.
    ///
    /// @return the hit ratio that the server counted
    private double record(Path file, String rate) throws Exception {
        var results = new ArrayList<Result>();
        double ratio;
        // Closing waits for the command, which the server's end ends.
        try (var tasks = new SystemTasks(); var server = server("recorded")) {
            var admin = server.endpoints().admin().toString();
            tasks.start("record", () -> results.add(run("trace", "record", "--admin", admin,
                    file.toString(), "--rate", rate, "--for", "5m")));
            while (!Files.exists(file) || Files.size(file) == 0) {
                Clock.system().sleepNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            var second = folder.resolve("second");
            var busy = run("trace", "record", "--admin", admin, second.toString());
            assertThat(busy.code).isEqualTo(1);
            assertThat(busy.err).contains("Another recording runs");
            assertThat(second).doesNotExist();
            drive(server);
            ratio = ratioOf(server);
        }
        assertThat(results.getFirst().code).as(results.getFirst().err).isZero();
        assertThat(results.getFirst().out).contains("Recording into " + file, "requests ");
        return ratio;
    }

    /// What clients of a cache do: look, and write what is not there.
    private static void drive(VarveServer server) {
        var clients = new ArrayList<RespClient>();
        var resp = server.endpoints().resp();
        for (int i = 0; i < CONNECTIONS; i++) {
            clients.add(RespClient.connect(
                    new RespEndpoint(resp.host(), resp.port(), Optional.empty()),
                    Duration.ofSeconds(10)));
        }
        var random = new Random(5);
        var value = ByteBuffer.allocateDirect(4096);
        for (int i = 0; i < STEPS; i++) {
            var client = clients.get(random.nextInt(CONNECTIONS));
            int number = random.nextInt(KEYS);
            var key = ("user:" + number).getBytes(StandardCharsets.US_ASCII);
            switch (random.nextInt(10)) {
                case 0 -> client.text("DEL", "user:" + number);
                case 1 -> client.exists(key);
                default -> {
                    if (client.get(key, value.clear()) == RespClient.MISS) {
                        client.set(key, value.clear().limit(1 + number));
                    }
                }
            }
        }
        clients.forEach(RespClient::close);
    }

    private static double ratioOf(VarveServer server) {
        var reads = server.engine().status().reads();
        return (double) reads.hits() / (reads.hits() + reads.misses());
    }

    private static double rounded(double ratio) {
        return Math.round(ratio * 1e4) / 1e4;
    }

    private static double hitRatio(String text, String before) {
        var matcher = Pattern.compile(before + " (\\d\\.\\d{4})").matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    private record Result(int code, String out, String err) {}

    private static Result run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Varve.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Result(code, out.toString(), err.toString());
    }

    private VarveServer server(String name) {
        var any = new Endpoint("127.0.0.1", 0);
        var settings = new Settings(folder.resolve(name),
                StoreSettings.of(32 << 20, 128 << 20), TierMedia.DEFAULT, any, 0, Map.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(), any, "localhost", "us-east-1", ETags.MD5, any);
        return VarveServer.start(settings, Clock.system(), new Random(1));
    }
}

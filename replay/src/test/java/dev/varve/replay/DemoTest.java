package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.SystemTasks;
import dev.varve.replay.TierCounters.Served;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoTest {
    private static final DemoSettings SMALL = new DemoSettings(Optional.empty(), 10_000, 1, 512, 4,
            0, 10, 100_001);

    private static final String REQUEST = "{\"timestamp\": 0, \"input_length\": 1024,"
            + " \"output_length\": 1, \"hash_ids\": [1, 2]}";

    @TempDir
    private Path folder;
    private final SystemTasks tasks = new SystemTasks();

    @AfterEach
    void waitForWorkers() {
        tasks.close();
    }

    @Test
    void replaysTrafficAndPutsADataset() throws Exception {
        try (var resp = FakeRespServer.good(); var s3 = new FakeS3Server()) {
            var demo = Demo.plan(SMALL, Clock.system(), tasks);
            assertThat(demo.datasetBytes()).isEqualTo(1_000_010);
            assertThat(demo.trafficBytes())
                    .isEqualTo(TrafficStatistics.of(SMALL.traffic()).distinctBlocks() * 512);

            List<String> progress = new ArrayList<>();
            var report = demo.run(resp.endpoint(), s3.endpoint("secret"), TierCounters.unknown(),
                    progress::add);

            assertThat(report.good()).isTrue();
            assertThat(resp.values().values().stream().mapToLong(value -> value.length).sum())
                    .isEqualTo(demo.trafficBytes());
            assertThat(s3.objects()).hasSize(11).containsKey("/dataset/train/shard-00009.bin");
            assertThat(report.dataset().bytesWritten()).isEqualTo(demo.datasetBytes());
            assertThat(report.dataset().bytesRead()).isEqualTo(demo.datasetBytes());
            assertThat(report.dataset().put().count()).isEqualTo(10);
            assertThat(report.wrongBytes()).isZero();
            assertThat(report.traffic()).contains("generated", "calibrated", "36.6 %");
            assertThat(progress).last().asString().contains("1.00 MB through S3");
        }
    }

    @Test
    void runsAgainOnAServerThatHasTheBucketAlready() throws Exception {
        try (var resp = FakeRespServer.good(); var s3 = new FakeS3Server()) {
            var demo = tiny(3);
            for (int i = 0; i < 2; i++) {
                var report = demo.run(
                        resp.endpoint(), s3.endpoint("secret"), TierCounters.unknown(), _ -> {});
                assertThat(report.good()).isTrue();
                assertThat(report.replay().hitRatio()).isBetween(i == 0 ? 0.0 : 1.0,
                        i == 0 ? .5 : 1.0);
            }
        }
    }

    @Test
    void replaysATraceFileAndNamesIt() throws Exception {
        var file = trace(REQUEST);
        try (var resp = FakeRespServer.good(); var s3 = new FakeS3Server()) {
            var demo = Demo.plan(SMALL.withTrace(file), Clock.system(), tasks);
            assertThat(demo.trafficBytes()).isEqualTo(2 * 512);
            var report = demo.run(
                    resp.endpoint(), s3.endpoint("secret"), TierCounters.unknown(), _ -> {});
            assertThat(report.text()).startsWith("Traffic: replayed from " + file + "\n");
            assertThat(report.replay().requests()).isOne();
        }
    }

    @Test
    void rejectsATraceWithoutBlocksBeforeAnythingStarts() throws Exception {
        var file = trace("");
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> Demo.plan(SMALL.withTrace(file), Clock.system(), tasks))
                .withMessage("the trace " + file + " has no blocks")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG));
    }

    @Test
    void rejectsAMalformedTraceBeforeAnythingStarts() throws Exception {
        var file = trace("\n\nx");
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> Demo.plan(SMALL.withTrace(file), Clock.system(), tasks))
                .withMessageStartingWith("line 3 of " + file);
    }

    @Test
    void findsWrongAndMissingBytesOfTheDataset() throws Exception {
        try (var resp = FakeRespServer.good(); var s3 = new FakeS3Server((path, object) -> {
            if (path.endsWith("00003.bin")) {
                object[object.length - 1] ^= 1;
            }
            return path.endsWith("00004.bin") ? new byte[0] : object;
        })) {
            var report = tiny(10).run(
                    resp.endpoint(), s3.endpoint("secret"), TierCounters.unknown(),
                    _ -> {});
            assertThat(report.wrongBytes()).isEqualTo(1 + 100_001);
            assertThat(report.good()).isFalse();
            assertThat(report.dataset().failure()).isEmpty();
        }
    }

    @Test
    void reportsAnS3DoorThatRefuses() throws Exception {
        try (var resp = FakeRespServer.good(); var s3 = new FakeS3Server()) {
            var report = tiny(10).run(
                    resp.endpoint(), s3.endpoint("guess"), TierCounters.unknown(), _ -> {});
            assertThat(report.good()).isFalse();
            assertThat(report.text()).contains("The dataset was not finished: "
                    + "PUT /dataset was answered with 403: <Code>SignatureDoesNotMatch</Code>");
        }
    }

    @Test
    void reportsAServerThatDies() throws Exception {
        try (var resp = FakeRespServer.with((command, reply) -> command.getFirst().equals("SET")
                ? Optional.empty()
                : Optional.of(reply)); var s3 = new FakeS3Server()) {
            var report = tiny(10).run(
                    resp.endpoint(), s3.endpoint("secret"), TierCounters.unknown(),
                    _ -> {});
            assertThat(report.good()).isFalse();
            assertThat(report.dataset()).isEqualTo(DatasetResult.NONE);
            assertThat(report.text())
                    .contains("The replay ended early: " + resp.endpoint());
        }
    }

    @Test
    void leavesOutADatasetThatNobodyAskedFor() throws Exception {
        try (var resp = FakeRespServer.good(); var s3 = new FakeS3Server()) {
            var settings = new DemoSettings(Optional.empty(), 10_000, 1, 64, 4, 0, 0, 1);
            var report = Demo.plan(settings, Clock.system(), tasks)
                    .run(
                            resp.endpoint(), s3.endpoint("secret"), TierCounters.unknown(),
                            _ -> {});
            assertThat(report.good()).isTrue();
            assertThat(s3.objects()).isEmpty();
            assertThat(report.text()).doesNotContain("S3");
        }
    }

    @Test
    void rejectsADatasetOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(
                () -> new DemoSettings(Optional.empty(), 10_000, 1, 512, 4, 0, -1, 1));
        assertThatIllegalArgumentException().isThrownBy(
                () -> new DemoSettings(Optional.empty(), 10_000, 1, 512, 4, 0, 1, 0));
    }

    @Test
    void showsEverythingInOneTable() {
        var replay = new ReplayResult(2_683, 66_200, 22_976, 1_505_755_136L, 2_832_728_064L,
                18_739_787_453L, 33_204_979, 11_763_712, 0, 0, 0,
                new Latency(25_659, 85_400, 1_739_711, 78_839_807),
                new Latency(22_976, 977_919, 11_067_391, 79_364_095),
                new Latency(43_224, 1_142_783, 13_164_543, 1_078_249_983),
                0, Optional.empty(), ReplayResult.Loads.NONE, Optional.empty());
        var dataset = new DatasetResult(134_217_728, 134_217_728, 400_000_000, 200_000_000,
                new Latency(16, 80_000_000, 99_990_000, 99_990_000),
                new Latency(16, 40_000_000, 50_000_000, 50_000_000), 0, Optional.empty());
        var report = new DemoReport(DemoSettings.DEFAULT, "generated",
                replay, Optional.of(new Served(13_000, 851_968_000, 9_976, 653_787_136)), dataset);
        assertThat(report.text()).isEqualTo("""
                Traffic: generated
                         blocks of 65,536 bytes, 8 connections, as fast as possible

                LLM traffic through RESP        all      memory    flash     miss
                requests                      2,683
                blocks looked up             66,200      13,000    9,976   43,224
                hit ratio                    34.7 %      19.6 %   15.1 %   65.3 %
                bytes served                1.51 GB      852 MB   654 MB
                bytes written               2.83 GB
                throughput                0.23 GB/s
                prefill tokens               33.2 M
                  of them not recomputed     11.8 M      35.4 %

                dataset through S3              all  throughput
                objects                          16
                bytes written                134 MB   0.34 GB/s
                bytes read back              134 MB   0.67 GB/s

                latency                       count         p50      p99      max
                EXISTS                       25,659    0.085 ms  1.74 ms  78.8 ms
                GET                          22,976    0.978 ms  11.1 ms  79.4 ms
                SET                          43,224     1.14 ms  13.2 ms  1078 ms
                S3 PUT                           16     80.0 ms   100 ms   100 ms
                S3 GET                           16     40.0 ms  50.0 ms  50.0 ms

                wrong bytes                       0
                """);
        assertThat(report.good()).isTrue();
    }

    @Test
    void saysWhatWentWrongBelowTheTable() {
        var latency = new Latency(0, 0, 0, 0);
        var replay = new ReplayResult(1, 2, 1, 5, 5, 1, 1, 1, 7, 3, 4, latency, latency, latency,
                2_000_000, Optional.of("OOM full"), ReplayResult.Loads.NONE,
                Optional.of("line 9 is odd"));
        var settings = new DemoSettings(Optional.empty(), 10_000, 1, 512, 4, 2, 1, 1);
        var report = new DemoReport(
                settings, "x", replay, Optional.empty(), DatasetResult.NONE);
        assertThat(report.good()).isFalse();
        assertThat(report.text())
                .contains("2.0 times as fast as it was")
                .contains("behind the pace, at worst")
                .containsPattern("wrong bytes +7\n")
                .contains("Lost between EXISTS and GET: 3 blocks.")
                .contains("The server refused 4 commands, the first with: OOM full")
                .contains("The replay ended early: line 9 is odd");
    }

    /// Two requests and a small dataset.
    private Demo tiny(int datasetObjects) throws IOException {
        var file = trace(REQUEST + "\n" + REQUEST);
        var settings = new DemoSettings(
                Optional.of(file), 10_000, 1, 512, 4, 0, datasetObjects, 100_001);
        return Demo.plan(settings, Clock.system(), tasks);
    }

    private Path trace(String text) throws IOException {
        return Files.writeString(folder.resolve("trace.jsonl"), text);
    }
}

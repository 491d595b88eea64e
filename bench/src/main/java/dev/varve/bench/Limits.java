package dev.varve.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the machine itself can do, as fio, iperf3 and redis-benchmark measure it.
///
/// Thread-safe: immutable.
final class Limits {
    private static final Duration TIME_LIMIT = Duration.ofMinutes(3);
    private static final Duration START_TIME = Duration.ofSeconds(10);
    private static final Pattern FIO_READ = Pattern.compile(
            "\"read\" : \\{.*?\"bw_bytes\" : (\\d+)", Pattern.DOTALL);
    private static final Pattern FIO_WRITE = Pattern.compile(
            "\"write\" : \\{.*?\"bw_bytes\" : (\\d+)", Pattern.DOTALL);
    private static final Pattern IPERF = Pattern.compile(
            "\"sum_received\":\\s*\\{.*?\"bits_per_second\":\\s*([\\d.e+]+)", Pattern.DOTALL);
    private static final Pattern REDIS_BENCHMARK = Pattern.compile(
            "^\"(?:GET|SET|exists [^\"]*)\",\"([\\d.]+)\"", Pattern.MULTILINE);

    private final Workplace workplace;

    Limits(Workplace workplace) {
        this.workplace = workplace;
    }

    /// Random reads of 1 MiB at depth 8 around the page cache, in MB/s.
    double randomRead(long fileBytes, long millis) throws InterruptedException {
        return fio(FIO_READ, List.of("--rw=randread", "--bs=1m", "--iodepth=8",
                "--ioengine=libaio", "--direct=1", "--size=" + fileBytes, "--time_based",
                "--runtime=" + millis + "ms"));
    }

    /// Writes one new file from its beginning, 8 MiB at a time with fdatasync after each, in MB/s.
    ///
    /// @param direct around the page cache
    double syncedWrite(boolean direct, long fileBytes, long millis) throws InterruptedException {
        return fio(FIO_WRITE, List.of("--rw=write", "--bs=8m", "--fdatasync=1",
                "--ioengine=psync", "--direct=" + (direct ? 1 : 0), "--fallocate=none",
                "--unlink=1", "--size=" + fileBytes, "--runtime=" + millis + "ms"));
    }

    /// Bytes through the loopback device in 8 streams, in MB/s.
    double loopback(long millis) throws InterruptedException {
        int port = ChildProcess.freePort();
        Path logs = workplace.folder("logs");
        try (ChildProcess server = ChildProcess.start(logs, "iperf3-server",
                List.of("iperf3", "-s", "-1", "--forceflush", "-B", "127.0.0.1", "-p",
                        Integer.toString(port)))) {
            // The server takes one connection for its one test, so it cannot be asked.
            server.awaitOutput("listening", START_TIME);
            String report = ChildProcess.run(logs, "iperf3", TIME_LIMIT, List.of("iperf3", "-c",
                    "127.0.0.1", "-p", Integer.toString(port), "-P", "8", "-J", "-t",
                    Long.toString(Math.max(1, millis / 1000))));
            return number(IPERF, report) / 8e6;
        }
    }

    /// Requests per second by Redis's own client, 50 connections, no pipelining.
    double redisBenchmark(int port, String command, int valueBytes, long requests)
            throws InterruptedException {
        return redisBenchmark(port, 50, requests,
                List.of("-d", Integer.toString(valueBytes), "-t", command));
    }

    /// Requests per second of EXISTS by Redis's own client, without pipelining.
    ///
    /// @param keyPrefix goes before twelve digits that are below `keyCount`
    double redisBenchmarkExists(
            int port,
            int connections,
            String keyPrefix,
            int keyCount,
            long requests) throws InterruptedException {
        return redisBenchmark(port, connections, requests, List.of("-r",
                Integer.toString(keyCount), "exists", keyPrefix + "__rand_int__"));
    }

    private double redisBenchmark(int port, int connections, long requests, List<String> what)
            throws InterruptedException {
        var command = new ArrayList<>(List.of("redis-benchmark", "-h", "127.0.0.1", "-p",
                Integer.toString(port), "-c", Integer.toString(connections), "-n",
                Long.toString(requests), "--csv"));
        command.addAll(what);
        return number(REDIS_BENCHMARK, ChildProcess.run(workplace.folder("logs"),
                "redis-benchmark", TIME_LIMIT, command));
    }

    private double fio(Pattern figure, List<String> options) throws InterruptedException {
        var command = new ArrayList<>(List.of("fio", "--name=limit", "--output-format=json",
                "--filename=" + workplace.folder("fio").resolve("file")));
        command.addAll(options);
        return number(figure, ChildProcess.run(workplace.folder("logs"), "fio", TIME_LIMIT,
                command)) / 1e6;
    }

    private static double number(Pattern pattern, String report) {
        Matcher matcher = pattern.matcher(report);
        if (!matcher.find()) {
            throw new IllegalStateException("no figure in: " + report);
        }
        return Double.parseDouble(matcher.group(1));
    }
}

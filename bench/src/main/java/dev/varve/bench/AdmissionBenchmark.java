package dev.varve.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.replay.MooncakeTrace;
import dev.varve.replay.ReplayRun;
import dev.varve.replay.ReplaySettings;
import dev.varve.replay.RespEndpoint;
import dev.varve.replay.TrafficStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What flash has to take for the hits of a KV cache: a trace of conversations against Varve as it
/// comes, against Varve that writes everything, and against memcached with extstore. Memory holds 2
/// % of the trace's distinct blocks, flash 10 %.
///
/// The trace's hour is replayed in two minutes. Admission counts bytes, not seconds; the one thing
/// that counts seconds, the lease that follows an EXISTS, is shortened as much.
record AdmissionBenchmark() implements Benchmark {
    private static final int BLOCK_BYTES = ReplaySettings.DEFAULT_BLOCK_BYTES;
    private static final int CONNECTIONS = 8;
    private static final double MEMORY_SHARE = 0.02;
    private static final double FLASH_SHARE = 0.1;
    /// Of the bytes that are written where all are, what may be left.
    private static final double BAR = 0.4;
    private static final int SPEED = 30;
    /// An eighth of it may be written at once, and the replay is over before much more comes in. It
    /// is chosen to be below the bar beside extstore, which writes some 9 GB.
    private static final String WRITES_PER_DAY = "26g";
    private static final String LEASE_MILLIS = Integer.toString(10_000 / SPEED);
    private static final Duration STATUS_TIME = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "admission";
    }

    /// What came of a replay.
    ///
    /// @param deviceBytes that flash took
    record Outcome(String server, double hitRatio, long deviceBytes) {}

    /// Budgets of the servers, in bytes.
    private record Budgets(long memoryBytes, long flashBytes) {}

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        if (options.trace().isEmpty()) {
            return List.of(Row.withoutTrace("flash writes of a KV cache"));
        }
        var trace = options.trace().get();
        long distinct = TrafficStatistics.of(MooncakeTrace.open(trace)).distinctBlocks();
        var budgets = new Budgets(blocks(distinct * MEMORY_SHARE), blocks(distinct * FLASH_SHARE));
        var ours = varve("Varve", options, workplace, budgets, trace, "--admission", "selective");
        workplace.clear();
        var sparing = varve("Varve", options, workplace, budgets, trace, "--admission",
                "selective", "--flash-writes-per-day", WRITES_PER_DAY);
        workplace.clear();
        var all = varve("Varve, LRU, all written", options, workplace, budgets, trace,
                "--eviction", "lru", "--admission", "all");
        workplace.clear();
        var memcached = memcached(workplace, budgets, trace);
        var rows = new ArrayList<Row>();
        rows.add(row(ours, all, BAR));
        rows.add(row(ours, memcached, BAR));
        rows.add(row("flash writes of a KV cache, budget " + WRITES_PER_DAY + " a day", sparing,
                memcached, BAR));
        return rows;
    }

    private static long blocks(double count) {
        return ((long) count) * BLOCK_BYTES;
    }

    private static Outcome varve(
            String name,
            BenchOptions options,
            Workplace workplace,
            Budgets budgets,
            Path trace,
            String... more) throws Exception {
        var all = new ArrayList<>(List.of("--lease", LEASE_MILLIS));
        all.addAll(List.of(more));
        try (var server = VarveServer.start(options.launcher(), workplace, budgets.memoryBytes(),
                budgets.flashBytes(), all.toArray(String[]::new));
                var tasks = new SystemTasks()) {
            var settings = new ReplaySettings(
                    new RespEndpoint("127.0.0.1", server.resp().getPort(), Optional.empty()),
                    CONNECTIONS, BLOCK_BYTES, SPEED, "replay@", Duration.ofSeconds(60));
            var result = new ReplayRun(settings, Clock.system(), tasks)
                    .run(MooncakeTrace.open(trace), _ -> {});
            if (result.failure().isPresent() || result.wrongBytes() > 0) {
                throw new IOException(name + ": " + result.wrongBytes() + " wrong bytes; "
                        + result.failure().orElse(""));
            }
            return new Outcome(name, result.hitRatio(), deviceBytes(options, workplace));
        }
    }

    /// What flash took, by the status of the server in the workplace.
    static long deviceBytes(BenchOptions options, Workplace workplace) throws Exception {
        String status = ChildProcess.run(workplace.folder("logs"), "status", STATUS_TIME,
                List.of(options.launcher().toString(), "status", "--json", "--data",
                        workplace.folder("varve").toString()));
        return new ObjectMapper().readTree(status.substring(status.indexOf('{')))
                .path("engine")
                .path("movement")
                .path("deviceBytesWritten")
                .asLong();
    }

    private static Outcome memcached(Workplace workplace, Budgets budgets, Path trace)
            throws Exception {
        try (var peer = Peers.memcached(workplace, budgets.memoryBytes(), budgets.flashBytes());
                var traffic = MooncakeTrace.open(trace)) {
            double hitRatio = MemcachedReplay.run(traffic, peer.address(), CONNECTIONS,
                    BLOCK_BYTES);
            return new Outcome("memcached extstore", hitRatio,
                    MemcachedReplay.statistic(peer.address(), "extstore_bytes_written"));
        }
    }

    private static Row row(Outcome ours, Outcome peer, double bar) {
        return row("flash writes of a KV cache", ours, peer, bar);
    }

    private static Row row(String work, Outcome ours, Outcome peer, double bar) {
        double ratio = (double) ours.deviceBytes() / Math.max(1, peer.deviceBytes());
        boolean met = ratio <= bar && ours.hitRatio() >= peer.hitRatio();
        return new Row(work, figures(ours),
                peer.server() + ": " + figures(peer),
                String.format(Locale.ROOT, "%.2f of the bytes", ratio),
                String.format(Locale.ROOT, "<= %.2f at no fewer hits", bar),
                met ? Row.Verdict.MET : Row.Verdict.NOT_MET);
    }

    private static String figures(Outcome outcome) {
        return String.format(Locale.ROOT, "%.2f GB to flash, hit ratio %.4f",
                outcome.deviceBytes() / 1e9, outcome.hitRatio());
    }
}

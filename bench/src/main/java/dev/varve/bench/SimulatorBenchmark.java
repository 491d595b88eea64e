package dev.varve.bench;

import dev.varve.engine.TieredEngine;
import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.replay.LoadProbe;
import dev.varve.replay.MooncakeTrace;
import dev.varve.replay.ReplayResult;
import dev.varve.replay.ReplayRun;
import dev.varve.replay.ReplaySettings;
import dev.varve.replay.RespEndpoint;
import dev.varve.replay.TraceRequest;
import dev.varve.replay.Traffic;
import dev.varve.replay.TrafficGenerator;
import dev.varve.replay.TrafficStatistics;
import dev.varve.replay.simulation.Eviction;
import dev.varve.replay.simulation.HierarchyOutcome;
import dev.varve.replay.simulation.HierarchySettings;
import dev.varve.replay.simulation.HierarchySettings.ClientSettings;
import dev.varve.replay.simulation.HierarchySettings.Writing;
import dev.varve.replay.simulation.HierarchySimulation;
import dev.varve.replay.simulation.MediaCatalogue;
import dev.varve.replay.simulation.TierSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Whether the simulator says what the server does: the same trace, the same budgets, the same
/// pace, against a live server and in simulated time.
///
/// What this machine takes is measured before, and not with the trace that is judged: a read of
/// flash on a server without load, and a command beside the media with generated traffic at the
/// same pace and the same clock, waiting for the processors that client and server share included.
record SimulatorBenchmark() implements Benchmark {
    private static final int BLOCK_BYTES = ReplaySettings.DEFAULT_BLOCK_BYTES;
    private static final int CONNECTIONS = 8;
    private static final double MEMORY_SHARE = 0.02;
    private static final double FLASH_SHARE = 0.1;
    private static final int SPEED = 30;
    private static final int WARM_UP_BLOCKS = 30_000;
    /// As many in an hour as a real trace has, of another kind.
    private static final int CALIBRATION_BLOCKS = 180_000;
    private static final long CALIBRATION_SEED = 7;
    private static final int HALVINGS = 14;
    private static final double MAX_GET_SECONDS = 0.05;
    /// Waiting for processors is in what a command takes.
    private static final int PROCESSORS = CONNECTIONS;
    private static final int WARM_UP_PROBES = 20;
    private static final int LEASE_MILLIS = 10_000 / SPEED;
    private static final double MAX_HIT_DIFFERENCE = 0.01;
    private static final double MAX_BYTES_RATIO = 1.05;
    private static final double MAX_TIME_RATIO = 1.2;

    /// A configuration of both.
    private record Setup(
            String name,
            String eviction,
            Writing writing) {}

    /// What this machine takes, in seconds.
    ///
    /// @param exists a command without bytes
    /// @param get    one with a block, beside the media
    /// @param flash  what a block takes longer from flash
    private record Host(double exists, double get, double flash) {}

    private record Live(ReplayResult result, long deviceBytes) {
        double meanSeconds() {
            return result.loads().getNanos() / 1e9 / Math.max(1, result.get().count());
        }
    }

    @Override
    public String name() {
        return "simulator";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        if (options.trace().isEmpty()) {
            return List.of(Row.withoutTrace("simulator beside the server"));
        }
        var trace = options.trace().get();
        long distinct = TrafficStatistics.of(MooncakeTrace.open(trace)).distinctBlocks();
        long memory = BLOCK_BYTES * (long) (distinct * MEMORY_SHARE);
        long flash = BLOCK_BYTES * (long) (distinct * FLASH_SHARE);
        var loads = probe(options, workplace, memory, flash);
        workplace.clear();
        var selective = new Setup("S3-FIFO, selective", "s3-fifo", Writing.SELECTIVE);
        var host = calibrated(options, workplace, selective, loads);
        var rows = new ArrayList<Row>();
        for (var setup : List.of(selective, new Setup("LRU, all written", "lru", Writing.ALL))) {
            var live = live(options, workplace, setup, memory, flash, MooncakeTrace.open(trace));
            workplace.clear();
            var simulated = simulated(setup, memory, flash, MooncakeTrace.open(trace), host,
                    workplace.folder("logs"));
            rows.addAll(rows(setup, live, simulated));
            System.err.printf(Locale.ROOT, "bench: %s: simulated %.0f us, live %.0f us%n",
                    setup.name(), simulated.meanSeconds() * 1e6, live.meanSeconds() * 1e6);
        }
        return rows;
    }

    private static LoadProbe.Loads probe(
            BenchOptions options,
            Workplace workplace,
            long memory,
            long flash) throws Exception {
        try (var server = VarveServer.start(options.launcher(), workplace, memory, flash);
                var tasks = new SystemTasks()) {
            // A JVM that has just started is several times as slow as it will be.
            var settings = new ReplaySettings(endpoint(server), CONNECTIONS, BLOCK_BYTES, 0,
                    "warm@", Duration.ofSeconds(60));
            new ReplayRun(settings, Clock.system(), tasks)
                    .run(new TrafficGenerator(WARM_UP_BLOCKS, 1), _ -> {});
            var probe = new LoadProbe(endpoint(server), Clock.system());
            for (int i = 0; i < WARM_UP_PROBES; i++) {
                probe.measure();
            }
            return probe.measure();
        }
    }

    private static Live live(
            BenchOptions options,
            Workplace workplace,
            Setup setup,
            long memory,
            long flash,
            Traffic traffic) throws Exception {
        String admission = setup.writing() == Writing.ALL ? "all" : "selective";
        try (var server = VarveServer.start(options.launcher(), workplace, memory, flash,
                "--lease", Integer.toString(LEASE_MILLIS), "--eviction", setup.eviction(),
                "--admission", admission); var tasks = new SystemTasks()) {
            var settings = new ReplaySettings(endpoint(server), CONNECTIONS, BLOCK_BYTES, SPEED,
                    "replay@", Duration.ofSeconds(60));
            var result = new ReplayRun(settings, Clock.system(), tasks)
                    .run(traffic, _ -> {});
            if (result.failure().isPresent() || result.wrongBytes() > 0) {
                throw new IOException(setup.name() + ": " + result.failure().orElse("wrong bytes"));
            }
            return new Live(result, AdmissionBenchmark.deviceBytes(options, workplace));
        }
    }

    private static RespEndpoint endpoint(VarveServer server) {
        return new RespEndpoint("127.0.0.1", server.resp().getPort(), Optional.empty());
    }

    /// Measures the host under load: commands without bytes by what EXISTS took on average, those
    /// with bytes by what makes simulated reads take as long on average as live ones; and flash by
    /// what a read from it takes longer than one from memory, without load.
    private static Host calibrated(
            BenchOptions options,
            Workplace workplace,
            Setup setup,
            LoadProbe.Loads loads) throws Exception {
        double flashSeconds = loads.flash()
                .map(flash -> flash.smallNanos() - loads.memory().smallNanos())
                .orElseThrow(() -> new IOException("the server reads no flash")) / 1e9;
        long distinct = TrafficStatistics.of(generated()).distinctBlocks();
        long memory = BLOCK_BYTES * (long) (distinct * MEMORY_SHARE);
        long flash = BLOCK_BYTES * (long) (distinct * FLASH_SHARE);
        var live = live(options, workplace, setup, memory, flash, generated());
        workplace.clear();
        double exists = live.result().loads().existsNanos() / 1e9
                / Math.max(1, live.result().exists().count());
        double least = 0;
        double most = MAX_GET_SECONDS;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (least + most) / 2;
            boolean tooFast = simulated(setup, memory, flash, generated(),
                    new Host(exists, middle, flashSeconds), workplace.folder("logs"))
                    .meanSeconds() < live.meanSeconds();
            least = tooFast ? middle : least;
            most = tooFast ? most : middle;
        }
        System.err.printf(Locale.ROOT, "bench: generated traffic: a read takes %.0f us, EXISTS %.0f"
                + " us, flash without load %.0f us; so a GET beside the media %.0f us%n",
                live.meanSeconds() * 1e6, exists * 1e6, flashSeconds * 1e6, least * 1e6);
        return new Host(exists, least, flashSeconds);
    }

    private static Traffic generated() {
        return new Ticking(new TrafficGenerator(CALIBRATION_BLOCKS, CALIBRATION_SEED));
    }

    /// Traffic whose requests come together at the ticks of a clock, as the trace's do: what a
    /// command takes depends on how many there are at once.
    private record Ticking(Traffic traffic) implements Traffic {
        private static final long TICK_MILLIS = 3_000;

        @Override
        public Optional<TraceRequest> next() {
            return traffic.next()
                    .map(request -> new TraceRequest(
                            request.timestampMillis() / TICK_MILLIS * TICK_MILLIS,
                            request.inputTokens(), request.outputTokens(), request.blockIds()));
        }

        @Override
        public String description() {
            return traffic.description();
        }

        @Override
        public void close() {
            traffic.close();
        }
    }

    private static HierarchyOutcome simulated(
            Setup setup,
            long memory,
            long flash,
            Traffic traffic,
            Host host,
            Path folder) throws IOException {
        var catalogue = MediaCatalogue.shipped().extended(mediaFile(folder, host.flash()));
        var client = new ClientSettings(CONNECTIONS, SPEED, LEASE_MILLIS / 1e3, PROCESSORS,
                host.exists(), host.get(), host.get(), 0);
        long slab = memory - TieredEngine.notesBytes(memory);
        return HierarchySimulation.run(new HierarchySettings(BLOCK_BYTES,
                TierSettings.of(catalogue.medium("ddr5"), slab),
                List.of(TierSettings.of(catalogue.medium("tlc"), flash)), Optional.empty(),
                setup.writing(), Eviction.of(setup.eviction()).of(setup.writing()), client),
                traffic);
    }

    /// The catalogue with this machine's flash.
    private static Path mediaFile(Path folder, double seconds) throws IOException {
        Files.createDirectories(folder);
        return Files.writeString(folder.resolve("media.yaml"), String.format(Locale.ROOT, """
                media:
                  tlc:
                    read-latency: {value: %.1f us, evidence: measured, source: calibration}
                """, seconds * 1e6));
    }

    private static List<Row> rows(Setup setup, Live live, HierarchyOutcome simulated) {
        double liveHits = live.result().hitRatio();
        double difference = simulated.hitRatio() - liveHits;
        double written = simulated.tiers().get(1).writtenBytes();
        double bytesRatio = written / live.deviceBytes();
        double timeRatio = simulated.meanSeconds() / live.meanSeconds();
        return List.of(
                row(setup, "hit ratio", String.format(Locale.ROOT, "%.4f", simulated.hitRatio()),
                        String.format(Locale.ROOT, "%.4f", liveHits),
                        String.format(Locale.ROOT, "%+.4f", difference), "within 0.01",
                        Math.abs(difference) <= MAX_HIT_DIFFERENCE),
                row(setup, "flash writes", gigabytes(written),
                        gigabytes((double) live.deviceBytes()),
                        String.format(Locale.ROOT, "%.3f", bytesRatio), "within 5 %",
                        isWithin(bytesRatio, MAX_BYTES_RATIO)),
                row(setup, "mean time of a GET", micros(simulated.meanSeconds()),
                        micros(live.meanSeconds()), String.format(Locale.ROOT, "%.2f", timeRatio),
                        "within 20 %", isWithin(timeRatio, MAX_TIME_RATIO)));
    }

    private static boolean isWithin(double ratio, double most) {
        return ratio <= most && ratio >= 1 / most;
    }

    private static String gigabytes(double bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    private static String micros(double seconds) {
        return String.format(Locale.ROOT, "%.0f us", seconds * 1e6);
    }

    private static Row row(
            Setup setup,
            String what,
            String simulated,
            String live,
            String ratio,
            String bar,
            boolean met) {
        return new Row("simulator, " + setup.name() + ": " + what, simulated, "server: " + live,
                ratio, bar, met ? Row.Verdict.MET : Row.Verdict.NOT_MET);
    }
}

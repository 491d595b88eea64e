package dev.varve.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The command `bench/run`: measures Varve beside its peers and prints one table.
///
/// Thread-safe: stateless.
public final class Bench {
    private static final List<Benchmark> BENCHMARKS = List.of(
            new RespBenchmark("resp-1m", 1 << 20, 256, 8, new RespBenchmark.Bar(1.0, 1.0), false),
            new RespBenchmark("resp-8m", 8 << 20, 32, 8, new RespBenchmark.Bar(1.3, 1.0), false),
            new RespBenchmark("resp-4k", 4 << 10, 10_000, 50, new RespBenchmark.Bar(0.8, 0.8),
                    true),
            new KvBenchmark(),
            new ExistsBenchmark(),
            new LocalBenchmark(),
            new FlashBenchmark(),
            new ChainBenchmark(),
            new RangeBenchmark(),
            new EpochBenchmark(),
            new LeaseBenchmark(),
            new MovementBenchmark(),
            new AutoBenchmark(),
            new AdmissionBenchmark(),
            new SimulatorBenchmark(),
            new EnergyBenchmark(),
            new EnergyLiveBenchmark(),
            new CompressionBenchmark(),
            new S3Benchmark(),
            new RestartBenchmark(),
            new MemoryBenchmark());

    private Bench() {}

    /// See [BenchOptions#USAGE]. Exits with 1 where something could not be measured.
    public static void main(String... args) throws IOException {
        List<String> names = BENCHMARKS.stream().map(Benchmark::name).toList();
        Path home = Path.of(Objects.requireNonNullElse(System.getProperty("varve.home"), "."));
        if (List.of(args).contains("--help")) {
            System.out.printf(BenchOptions.USAGE, String.join(", ", names));
            return;
        }
        BenchOptions options;
        try {
            options = BenchOptions.parse(home, names, args);
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(2);
            return;
        }
        double loadBefore = Machine.load();
        var rows = new ArrayList<Row>();
        try (var workplace = Workplace.in(options.folder())) {
            for (Benchmark benchmark : BENCHMARKS) {
                if (options.wants(benchmark.name())) {
                    System.err.println("bench: " + benchmark.name() + " ...");
                    List<Row> done = run(benchmark, options, workplace);
                    done.forEach(row -> System.err.println(row.markdown()));
                    rows.addAll(done);
                    workplace.clear();
                }
            }
        }
        String report = new Report(options, String.join(" ", args), loadBefore, rows).markdown();
        System.out.println(report);
        if (options.writeReport()) {
            Files.createDirectories(options.report().getParent());
            Files.writeString(options.report(), report);
        }
        System.exit(rows.stream().anyMatch(row -> row.ours().startsWith("failed")) ? 1 : 0);
    }

    private static List<Row> run(Benchmark benchmark, BenchOptions options, Workplace workplace) {
        try {
            return benchmark.run(options, workplace);
        } catch (Exception e) {
            e.printStackTrace();
            return List.of(Row.failed(benchmark.name(), String.valueOf(e.getMessage())));
        }
    }
}

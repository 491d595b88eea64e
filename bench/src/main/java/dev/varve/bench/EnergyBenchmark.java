package dev.varve.bench;

import dev.varve.replay.Figures;
import dev.varve.replay.MooncakeTrace;
import dev.varve.replay.TraceRequest;
import dev.varve.replay.TraceRequest.Operation;
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
import dev.varve.replay.simulation.ModelledMedium;
import dev.varve.replay.simulation.TierSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/// Whether a hierarchy that is meant to save energy draws half of what a plain one draws, for no
/// fewer hits and hardly more time. All modelled; needs no server.
///
/// The plain one: DDR4 for 2 % of the different blocks, which evicts by LRU, and TLC flash for
/// 10 %, to which everything is written before it is acknowledged. The other: DDR4 for a quarter of
/// that, TLC flash that takes what is worth a write, and TLC drives for a tenth of the blocks
/// below, which are filled one after the other and sleep. Shares of devices, so that no size
/// favours either.
///
/// Of each traffic the least flash is taken that gives no fewer hits, in steps.
record EnergyBenchmark() implements Benchmark {
    private static final double PLAIN_MEMORY = 0.02;
    private static final double PLAIN_FLASH = 0.1;
    private static final double MEMORY = 0.005;
    private static final double THIRD = 0.1;
    private static final double[] FLASH = {0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.24};
    private static final double MAX_ENERGY = 0.5;
    private static final double MAX_P99 = 1.2;
    private static final double WEEK_MILLIS = 7 * 86_400e3;
    private static final int GENERATED_BLOCKS = 182_000;

    /// Some traffic.
    ///
    /// @param blockBytes of each block
    /// @param origin     where missed blocks come from, if not from computing
    private record Case(
            String name,
            Supplier<Traffic> traffic,
            long blockBytes,
            Optional<ModelledMedium> origin) {}

    @Override
    public String name() {
        return "energy";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws IOException {
        var media = MediaCatalogue.shipped();
        var cases = new ArrayList<Case>();
        cases.add(new Case("generated conversations, 16 MiB", () -> new TrafficGenerator(
                GENERATED_BLOCKS, 8), 16 << 20, Optional.empty()));
        options.trace()
                .ifPresent(trace -> cases.add(new Case("conversations, 16 MiB",
                        () -> MooncakeTrace.open(trace), 16 << 20, Optional.empty())));
        var jar = Path.of(Objects.requireNonNullElse(System.getProperty("varve.traces"), ""));
        if (Files.isRegularFile(jar)) {
            var blocks = PolicyTrace.of(jar, "cloud_physics/w106.trace.xz",
                    PolicyTrace.Encoding.INTS);
            cases.add(new Case("block trace w106, 4 KiB", () -> new Week(blocks.references()),
                    4 << 10, Optional.of(media.medium("hdd"))));
        }
        var rows = new ArrayList<Row>();
        for (var each : cases) {
            rows.add(row(each, media));
        }
        if (cases.size() == 1) {
            rows.add(Row.withoutTrace("energy"));
        }
        return rows;
    }

    private static Row row(Case each, MediaCatalogue media) {
        long data = TrafficStatistics.of(each.traffic().get()).distinctBlocks()
                * each.blockBytes();
        var tlc = media.medium("tlc");
        var plain = run(each, tier(media.medium("ddr4"), data, PLAIN_MEMORY),
                List.of(tier(tlc, data, PLAIN_FLASH)), Writing.THROUGH, Eviction.of("lru"));
        for (double flash : FLASH) {
            var saving = run(each, tier(media.medium("ddr4"), data, MEMORY),
                    List.of(tier(tlc, data, flash), tier(tlc, data, THIRD)
                            .concentrated(tlc.breakEvenSeconds())),
                    Writing.SELECTIVE, Eviction.of("s3-fifo"));
            if (saving.hitRatio() >= plain.hitRatio()) {
                double energy = saving.joules() / plain.joules();
                double p99 = (double) saving.service().p99Nanos() / plain.service().p99Nanos();
                return new Row("energy, " + each.name(), String.format(Locale.ROOT,
                        "%s, flash for %.0f %%", text(saving), 100 * flash),
                        "LRU, write-through: " + text(plain), String.format(Locale.ROOT,
                                "energy %.2f, p99 %.2f", energy, p99),
                        "at most 0.5, p99 1.2", energy <= MAX_ENERGY && p99 <= MAX_P99
                                ? Row.Verdict.MET
                                : Row.Verdict.NOT_MET);
            }
        }
        return new Row("energy, " + each.name(), "fewer hits with all flash tried",
                "LRU, write-through: " + text(plain), "", "at most 0.5, p99 1.2",
                Row.Verdict.NOT_MET);
    }

    private static TierSettings tier(ModelledMedium medium, long data, double share) {
        return TierSettings.of(medium, (long) (data * share)).sliced();
    }

    private static HierarchyOutcome run(
            Case each,
            TierSettings memory,
            List<TierSettings> logs,
            Writing writing,
            Eviction eviction) {
        return HierarchySimulation.run(new HierarchySettings(each.blockBytes(), memory, logs,
                each.origin(), writing, eviction.of(writing), ClientSettings.DEFAULT),
                each.traffic().get());
    }

    private static String text(HierarchyOutcome outcome) {
        return String.format(Locale.ROOT, "%s hits, p99 %s, %s",
                Figures.percent(outcome.hitRatio()),
                Figures.seconds(outcome.service().p99Nanos() / 1e9),
                Figures.watts(outcome.watts()));
    }

    /// Blocks that tell no times, spread evenly over a week, which is how long they were recorded.
    private static final class Week implements Traffic {
        private final int[] references;
        private int at;

        Week(int[] references) {
            this.references = references;
        }

        @Override
        public Optional<TraceRequest> next() {
            if (at == references.length) {
                return Optional.empty();
            }
            long millis = (long) (WEEK_MILLIS * at / references.length);
            return Optional.of(new TraceRequest(millis, Operation.FETCH, 0, 0, 1,
                    new long[]{references[at++]}, TraceRequest.SIZE_UNKNOWN, 0));
        }

        @Override
        public String description() {
            return "blocks of a week";
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}

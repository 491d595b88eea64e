package dev.varve.bench;

import dev.varve.replay.Figures;
import dev.varve.replay.MooncakeTrace;
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
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/// Whether a hierarchy that is meant to save energy draws half of what a plain one draws, for no
/// fewer hits and hardly more time. All modelled; needs no server.
///
/// The plain one: DDR4 for 2 % of the different blocks, which evicts by LRU, and TLC flash for
/// 10 %, to which everything is written before it is acknowledged. The other: less DDR4, TLC flash
/// that takes what is worth a write, and TLC drives for a tenth of the blocks below, which are
/// filled one after the other and sleep. Shares of devices, so that no size favours either.
///
/// Sizes and policy of the other are chosen on the first half of each traffic, and judged on the
/// second, and on the whole.
record EnergyBenchmark() implements Benchmark {
    private static final double PLAIN_MEMORY = 0.02;
    private static final double PLAIN_FLASH = 0.1;
    private static final double[] MEMORY = {0.0025, 0.0035, 0.005, 0.01};
    private static final double[] FLASH = {0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22,
            0.24, 0.26};
    private static final double[] THIRD = {0.05, 0.1};
    private static final List<String> EVICTION = List.of("s3-fifo", "chain");
    private static final double MAX_ENERGY = 0.5;
    private static final double MAX_P99 = 1.2;
    /// More hits in the first half, so that there are enough in the second, too.
    private static final double MARGIN = 0.01;
    private static final int GENERATED_BLOCKS = 182_000;

    /// Some traffic.
    ///
    /// @param traffic    as often as it is asked for
    /// @param blockBytes of each block
    /// @param origin     where missed blocks come from, if not from computing
    private record Case(
            String name,
            Supplier<Traffic> traffic,
            long blockBytes,
            Optional<ModelledMedium> origin) {

        /// The requests from one on and before another, counted from 0.
        Case part(String of, long from, long to) {
            return new Case(of, () -> new TrafficPart(traffic.get(), from, to), blockBytes, origin);
        }
    }

    /// A hierarchy that saves.
    ///
    /// @param memory share of the different blocks
    /// @param flash  likewise
    private record Shape(double memory, double flash, double third, String eviction) {
        Shape withFlash(double share) {
            return new Shape(memory, share, third, eviction);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT,
                    "%s, DDR4 for %.2f %%, flash for %.0f %%, sleeping flash for %.0f %%", eviction,
                    100 * memory, 100 * flash, 100 * third);
        }
    }

    private record Trial(Shape shape, HierarchyOutcome outcome) {}

    @Override
    public String name() {
        return "energy";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws IOException {
        var media = MediaCatalogue.shipped();
        var cases = new ArrayList<Case>();
        cases.add(new Case("generated conversations", () -> new TrafficGenerator(
                GENERATED_BLOCKS, 8), 16 << 20, Optional.empty()));
        options.trace()
                .ifPresent(trace -> cases.add(new Case("conversations",
                        () -> MooncakeTrace.open(trace), 16 << 20, Optional.empty())));
        var jar = Path.of(Objects.requireNonNullElse(System.getProperty("varve.traces"), ""));
        if (Files.isRegularFile(jar)) {
            cases.add(blocks(jar, media, "cloud_physics/w106.trace.xz",
                    PolicyTrace.Encoding.INTS, 4 << 10));
            cases.add(blocks(jar, media, "scarab/scarab-recs.trace.xz",
                    PolicyTrace.Encoding.LONGS, 16 << 10));
        }
        var rows = new ArrayList<Row>();
        for (var each : cases) {
            rows.addAll(rows(each, media));
        }
        if (cases.size() == 1) {
            rows.add(Row.withoutTrace("energy"));
        }
        return rows;
    }

    private static Case blocks(
            Path jar,
            MediaCatalogue media,
            String file,
            PolicyTrace.Encoding encoding,
            long blockBytes) throws IOException {
        var trace = PolicyTrace.of(jar, file, encoding);
        return new Case("block trace " + trace.name(), () -> new BlocksOfAWeek(trace.references()),
                blockBytes, Optional.of(media.medium("hdd")));
    }

    private static List<Row> rows(Case each, MediaCatalogue media) {
        var statistics = TrafficStatistics.of(each.traffic().get());
        long data = statistics.distinctBlocks() * each.blockBytes();
        long requests = statistics.requests();
        var first = each.part("first half", 0, requests / 2);
        var chosen = choose(first, data, media);
        if (chosen.isEmpty()) {
            return List
                    .of(Row.failed("energy, " + each.name(), "fewer hits with all that was tried"));
        }
        return List.of(
                row(each.name(), each.part("second half", requests / 2, requests), chosen.get(),
                        data, media),
                row(each.name(), each.part("all of it", 0, requests), chosen.get(), data, media));
    }

    /// The shape of least energy that keeps the bars, of each memory and policy with the least
    /// flash that gives no fewer hits.
    private static Optional<Shape> choose(Case traffic, long data, MediaCatalogue media) {
        var plain = plain(traffic, data, media);
        var trials = new ArrayList<Trial>();
        for (double memory : MEMORY) {
            for (double third : THIRD) {
                for (var eviction : EVICTION) {
                    leastFlash(traffic, new Shape(memory, 0, third, eviction), data, media, plain)
                            .ifPresent(trials::add);
                }
            }
        }
        return trials.stream()
                .filter(trial -> p99(trial.outcome(), plain) <= MAX_P99)
                .min(Comparator.comparingDouble(trial -> trial.outcome().joules()))
                .map(Trial::shape);
    }

    /// By halving: more flash has more hits.
    private static Optional<Trial> leastFlash(
            Case traffic,
            Shape shape,
            long data,
            MediaCatalogue media,
            HierarchyOutcome plain) {
        Optional<Trial> best = Optional.empty();
        int from = 0;
        int to = FLASH.length;
        while (from < to) {
            int middle = (from + to) / 2;
            var trial = new Trial(shape.withFlash(FLASH[middle]),
                    saving(traffic, shape.withFlash(FLASH[middle]), data, media));
            if (trial.outcome().hitRatio() >= plain.hitRatio() + MARGIN) {
                best = Optional.of(trial);
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        return best;
    }

    private static Row row(
            String name,
            Case traffic,
            Shape shape,
            long data,
            MediaCatalogue media) {
        var plain = plain(traffic, data, media);
        var saving = saving(traffic, shape, data, media);
        double energy = saving.joules() / plain.joules();
        double p99 = p99(saving, plain);
        boolean met = saving.hitRatio() >= plain.hitRatio() && energy <= MAX_ENERGY
                && p99 <= MAX_P99;
        return new Row("energy, " + name + ", " + traffic.name(), text(saving) + " (" + shape + ")",
                "LRU, write-through: " + text(plain),
                String.format(Locale.ROOT, "energy %.2f, p99 %.2f", energy, p99),
                "at most 0.5, p99 1.2, no fewer hits",
                met ? Row.Verdict.MET : Row.Verdict.NOT_MET);
    }

    private static double p99(HierarchyOutcome ours, HierarchyOutcome plain) {
        return (double) ours.service().p99Nanos() / plain.service().p99Nanos();
    }

    private static HierarchyOutcome plain(Case traffic, long data, MediaCatalogue media) {
        return run(traffic, tier(media.medium("ddr4"), data, PLAIN_MEMORY),
                List.of(tier(media.medium("tlc"), data, PLAIN_FLASH)), Writing.THROUGH,
                Eviction.of("lru"));
    }

    private static HierarchyOutcome saving(
            Case traffic,
            Shape shape,
            long data,
            MediaCatalogue media) {
        var tlc = media.medium("tlc");
        return run(traffic, tier(media.medium("ddr4"), data, shape.memory()),
                List.of(tier(tlc, data, shape.flash()), tier(tlc, data, shape.third())
                        .concentrated(tlc.breakEvenSeconds())),
                Writing.SELECTIVE, Eviction.of(shape.eviction()));
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
}

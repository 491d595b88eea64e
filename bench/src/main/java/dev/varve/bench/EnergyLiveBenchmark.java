package dev.varve.bench;

import dev.varve.server.EnergyReport.TierEnergy;
import dev.varve.server.StatusReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/// What the live server's goal of energy saves, and what readers pay for it: the same paced load
/// ([EnergyLiveClient]) against a server whose goal is latency, and one whose goal is energy; and,
/// for what comes of which part, against one that only writes less (`admission = selective`). The
/// sides take turns, round after round.
///
/// Energy and sleep are modelled, by the server's own meter; bytes, hits and waits are real. The
/// modelled time of waking up is no part of the waits; how many GETs would have waited for it is
/// said beside.
///
/// Thread-safe: stateless.
record EnergyLiveBenchmark() implements Benchmark {
    private static final long MEMORY_BYTES = 256L << 20;
    private static final long FLASH_BYTES = 1L << 30;
    private static final double ENERGY_BAR = 0.8;
    private static final double WAIT_BAR = 1.2;
    private static final double HITS_BAR = -0.5;

    /// How often flash is filled before anything is measured.
    private static final int WARM_UP = 3;
    private static final long SETTLE_MILLIS = 16_000;

    @Override
    public String name() {
        return "energy-live";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        try (var latency = Server.start("latency", options, workplace, "--goal", "latency");
                var selective = Server.start("selective", options, workplace, "--goal", "latency",
                        "--admission", "selective");
                var energy = Server.start("energy", options, workplace, "--goal", "energy")) {
            var servers = List.of(latency, selective, energy);
            for (var server : servers) {
                server.warmUp();
                server.round(0, SETTLE_MILLIS);
            }
            var sums = servers.stream().map(_ -> new Sum()).toList();
            for (int round = 1; round <= options.rounds(); round++) {
                for (int i = 0; i < servers.size(); i++) {
                    int side = (round + i) % servers.size();
                    sums.get(side).add(servers.get(side).round(round, options.roundMillis()));
                }
            }
            System.err.println("bench: energy-live: " + energy.varve.status().engine().goal());
            return rows(sums.get(0), sums.get(1), sums.get(2));
        }
    }

    private static List<Row> rows(Sum latency, Sum selective, Sum energy) {
        var table = new Table(latency, selective, energy);
        return List.of(
                table.most("energy of the tiers, modelled", "mW", Sum::milliwatts, ENERGY_BAR),
                table.row("of which flash", "mW", Sum::flashMilliwatts),
                table.row("written to flash", "MB/s", Sum::writtenMegabytes),
                table.row("flash asleep, modelled", "%", Sum::asleepPercent),
                table.row("flash woken, modelled", "times/s", Sum::wakings),
                table.row("GETs that would have waited for that", "%", Sum::wokenPercent),
                table.hits(),
                table.most("GET p99", "µs", Sum::p99Micros, WAIT_BAR),
                table.row("GET mean", "µs", Sum::meanMicros),
                table.row("GET mean, with the modelled waking up", "µs", Sum::wakingMicros),
                table.row("GET from flash", "%", Sum::flashPercent));
    }

    /// The rounds of all sides together.
    private record Table(Sum latency, Sum selective, Sum energy) {
        Row row(String what, String unit, ToDoubleFunction<Sum> figure) {
            return new Row("goal = energy: " + what, text(energy, unit, figure),
                    others(unit, figure), String.format(Locale.ROOT, "%.2f", ratio(figure)), "",
                    Row.Verdict.NO_BAR);
        }

        /// @param bar the most that ours may be of what it is where the goal is latency
        Row most(String what, String unit, ToDoubleFunction<Sum> figure, double bar) {
            var row = row(what, unit, figure);
            return new Row(row.work(), row.ours(), row.peer(), row.ratio(),
                    String.format(Locale.ROOT, "<= %.2f", bar),
                    ratio(figure) <= bar ? Row.Verdict.MET : Row.Verdict.NOT_MET);
        }

        Row hits() {
            double points = energy.hitPercent() - latency.hitPercent();
            return new Row("goal = energy: GETs that found their value",
                    text(energy, "%", Sum::hitPercent), others("%", Sum::hitPercent),
                    String.format(Locale.ROOT, "%+.2f points", points),
                    String.format(Locale.ROOT, ">= %.1f points", HITS_BAR),
                    points >= HITS_BAR ? Row.Verdict.MET : Row.Verdict.NOT_MET);
        }

        private double ratio(ToDoubleFunction<Sum> figure) {
            return figure.applyAsDouble(energy) / figure.applyAsDouble(latency);
        }

        private String others(String unit, ToDoubleFunction<Sum> figure) {
            return "latency: " + text(latency, unit, figure) + "; selective admission alone: "
                    + text(selective, unit, figure);
        }

        private static String text(Sum sum, String unit, ToDoubleFunction<Sum> figure) {
            return String.format(Locale.ROOT, "%.2f %s", figure.applyAsDouble(sum), unit);
        }
    }

    /// What a server's meter says.
    ///
    /// @param wakeSeconds what reads would have waited for flash to wake up, all together
    private record Reading(
            double seconds,
            double joules,
            double flashJoules,
            double asleepSeconds,
            long wakings,
            long wakingReads,
            double wakeSeconds,
            long writtenBytes,
            long flashBlocks) {

        static Reading of(StatusReport status, long nanos) {
            var tiers = status.energy().tiers();
            var flash = tiers.getLast();
            var sleep = flash.sleep();
            var engine = status.engine();
            return new Reading(nanos / 1e9, tiers.stream().mapToDouble(TierEnergy::joules).sum(),
                    flash.joules(), sleep.seconds(), sleep.wakings(), sleep.wakingReads(),
                    sleep.wakingReads() * sleep.wakeSeconds(),
                    engine.movement().deviceBytesWritten(), engine.reads().flashBlocks());
        }

        Reading since(Reading before) {
            return new Reading(seconds - before.seconds, joules - before.joules,
                    flashJoules - before.flashJoules, asleepSeconds - before.asleepSeconds,
                    wakings - before.wakings, wakingReads - before.wakingReads,
                    wakeSeconds - before.wakeSeconds, writtenBytes - before.writtenBytes,
                    flashBlocks - before.flashBlocks);
        }
    }

    /// What came of a round.
    private record Round(Reading taken, EnergyLiveClient.Outcome outcome) {}

    /// All rounds of a side. What a round gathers and does not write, a later one does.
    ///
    /// Confined.
    private static final class Sum {
        private final Histogram micros = new Histogram(3);
        private final List<Round> rounds = new ArrayList<>();

        void add(Round round) {
            rounds.add(round);
            micros.add(round.outcome.micros());
        }

        private double sum(ToDoubleFunction<Reading> figure) {
            return rounds.stream().map(Round::taken).mapToDouble(figure).sum();
        }

        private double perSecond(ToDoubleFunction<Reading> figure) {
            return sum(figure) / sum(Reading::seconds);
        }

        private long gets() {
            return micros.getTotalCount();
        }

        double milliwatts() {
            return 1e3 * perSecond(Reading::joules);
        }

        double flashMilliwatts() {
            return 1e3 * perSecond(Reading::flashJoules);
        }

        double writtenMegabytes() {
            return perSecond(Reading::writtenBytes) / 1e6;
        }

        double asleepPercent() {
            return 100 * perSecond(Reading::asleepSeconds);
        }

        double wakings() {
            return perSecond(Reading::wakings);
        }

        double wokenPercent() {
            return 100 * sum(Reading::wakingReads) / gets();
        }

        double flashPercent() {
            return 100 * sum(Reading::flashBlocks) / gets();
        }

        double hitPercent() {
            return 100.0 * rounds.stream().mapToLong(round -> round.outcome.hits()).sum() / gets();
        }

        double p99Micros() {
            return micros.getValueAtPercentile(99);
        }

        double meanMicros() {
            return micros.getMean();
        }

        double wakingMicros() {
            return micros.getMean() + 1e6 * sum(Reading::wakeSeconds) / gets();
        }
    }

    /// A server with its load.
    ///
    /// Confined, but for what it starts.
    private record Server(Workplace workplace, VarveServer varve, EnergyLiveClient load)
            implements
                AutoCloseable {

        static Server start(
                String name,
                BenchOptions options,
                Workplace around,
                String... more) throws InterruptedException {
            var workplace = Workplace.in(around.folder(name));
            var varve = VarveServer.start(
                    options.launcher(), workplace, MEMORY_BYTES, FLASH_BYTES, more);
            return new Server(workplace, varve, new EnergyLiveClient(varve.resp()));
        }

        void warmUp() {
            load.warmUp(WARM_UP * FLASH_BYTES);
        }

        Round round(int number, long millis) throws Exception {
            try (var threads = Executors.newFixedThreadPool(2)) {
                var before = read();
                var writing = threads.submit((Callable<Integer>) () -> load.write(millis));
                var outcome = threads.submit(() -> load.read(number, millis)).get();
                writing.get();
                return new Round(read().since(before), outcome);
            }
        }

        private Reading read() throws Exception {
            return Reading.of(varve.status(), System.nanoTime());
        }

        @Override
        public void close() {
            load.close();
            varve.close();
            workplace.close();
        }
    }
}

package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.replay.TraceFile;
import dev.varve.replay.TrafficGenerator;
import dev.varve.replay.simulation.Eviction;
import dev.varve.replay.simulation.MediaCatalogue;
import dev.varve.replay.simulation.MediaTable;
import dev.varve.replay.simulation.ModelledMedium;
import dev.varve.replay.simulation.Plan;
import dev.varve.replay.simulation.PlanSettings;
import dev.varve.replay.simulation.PlanSettings.Goal;
import dev.varve.replay.simulation.Planner;
import dev.varve.replay.simulation.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `varve plan`.
@Command(name = "plan",
        description = "Say which memory, flash and tiers below it suit some traffic: simulate"
                + " hierarchies of real and modelled media on it, and print those that none beats in"
                + " speed, energy, price and lifetime together, which one to take, and how sure that"
                + " is. Needs no server.",
        footer = {
                "",
                "Examples:",
                "  varve plan --trace conversations.jsonl",
                "  varve plan --trace conversations.jsonl --goal energy --budget 20000 --html"
                        + " plan.html",
                "  varve plan --trace monday.trace --miss-ms 5",
                "  varve plan --list-media"})
final class PlanCommand implements Callable<Integer> {
    private static final int MAX_HOURS = 100_000;
    private static final long BYTES_PER_TOKEN = 128 << 10;
    private static final double TOKENS_PER_MILLI = 8;
    private static final long ACCESS_BYTES = 4 << 10;
    private static final double ACCESS_MILLIS = 10;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--trace", paramLabel = "FILE",
            description = "A trace: of varve trace record, or in one of many other formats, gzipped"
                    + " or not. Without it the traffic is generated, after the published statistics"
                    + " of a real hour.")
    private Optional<Path> trace = Optional.empty();

    @Mixin
    private FormatOption format = new FormatOption();

    @Option(names = "--hours", paramLabel = "HOURS", defaultValue = "24",
            description = "How long a trace lasted that tells no times: its requests are spread"
                    + " evenly (default: ${DEFAULT-VALUE}).")
    private double hours;

    @Option(names = "--blocks", paramLabel = "COUNT", defaultValue = "48000",
            description = "How many different blocks to generate (default: ${DEFAULT-VALUE}).")
    private int blocks;

    @Option(names = "--seed", paramLabel = "NUMBER", defaultValue = "1",
            description = "Which traffic to generate, and how to resample it"
                    + " (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--block-bytes", paramLabel = "SIZE", converter = SizeReader.class,
            description = "Size of blocks whose size the trace does not tell. By default 128 KiB"
                    + " for each token of a prompt's block, which makes 64m of 512 tokens, and 4k"
                    + " otherwise.")
    private Optional<Long> blockBytes = Optional.empty();

    @Option(names = "--miss-ms", paramLabel = "MILLIS",
            description = "What it takes to get a missed block from elsewhere. By default what"
                    + " computing a prompt's block takes at 8,000 tokens a second, which is 64 for"
                    + " 512 tokens, and 10 otherwise.")
    private Optional<Double> missMillis = Optional.empty();

    @Option(names = "--eviction", paramLabel = "POLICY", split = ",",
            defaultValue = "s3-fifo,auto,lru,w-tinylfu,chain",
            description = "What to try for choosing what leaves memory: any of the server's"
                    + " (default: ${DEFAULT-VALUE}). Sizes are tried with the first.")
    private List<String> evictions = List.of();

    @Option(names = "--goal", paramLabel = "GOAL", defaultValue = "latency",
            description = "What is to be best: ${COMPLETION-CANDIDATES}"
                    + " (default: ${DEFAULT-VALUE}).")
    private Goal goal = Goal.LATENCY;

    @Option(names = "--budget", paramLabel = "USD",
            description = "The most that memory, flash and what is below may cost together.")
    private double budget = Double.POSITIVE_INFINITY;

    @Option(names = "--years", paramLabel = "YEARS", defaultValue = "5",
            description = "How long each tier must last (default: ${DEFAULT-VALUE}).")
    private double years;

    @Option(names = "--slack", paramLabel = "FACTOR", defaultValue = "1.2",
            description = "Where speed is not the goal: how far the mean time to a block may exceed"
                    + " the shortest one (default: ${DEFAULT-VALUE}).")
    private double slack;

    @Option(names = "--media", paramLabel = "FILE",
            description = "Figures of media to take instead of the ones that Varve brings, or"
                    + " beside them; see docs/plan.md.")
    private Optional<Path> mediaFile = Optional.empty();

    @Option(names = "--memory-media", paramLabel = "ID", split = ",", defaultValue = "ddr5,cxl",
            description = "Media to try for memory (default: ${DEFAULT-VALUE}).")
    private List<String> memory = List.of();

    @Option(names = "--flash-media", paramLabel = "ID", split = ",", defaultValue = "tlc,qlc,slc",
            description = "Media to try below it (default: ${DEFAULT-VALUE}).")
    private List<String> flash = List.of();

    @Option(names = "--third-media", paramLabel = "ID", split = ",",
            defaultValue = "qlc,hdd,object",
            description = "Media to try below that (default: ${DEFAULT-VALUE}).")
    private List<String> third = List.of();

    @Option(names = "--html", paramLabel = "FILE",
            description = "Also write the plan as one page with plots.")
    private Optional<Path> html = Optional.empty();

    @Option(names = "--list-media",
            description = "Print all figures of media with their sources, and end.")
    private boolean listMedia;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try {
            var catalogue = catalogue(mediaFile);
            if (listMedia) {
                out.print(new MediaTable(catalogue).render());
                out.flush();
                return ExitCode.OK;
            }
            var recording = recording();
            var plan = plan(settings(catalogue, recording), recording);
            out.print(plan.text());
            html.ifPresent(file -> write(file, plan.html()));
            out.flush();
            return plan.isGood() ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /// The catalogue that Varve brings, with a file over it.
    static MediaCatalogue catalogue(Optional<Path> file) {
        var shipped = MediaCatalogue.shipped();
        return file.map(shipped::extended).orElse(shipped);
    }

    private Plan plan(PlanSettings settings, Recording recording) {
        var progress = Progress.on(spec.commandLine().getErr());
        try {
            return Planner.plan(settings, recording,
                    share -> progress.show(Math.round(100 * share) + " % simulated"));
        } finally {
            progress.end();
        }
    }

    private Recording recording() {
        if (!(hours > 0 && hours <= MAX_HOURS)) {
            throw new IllegalArgumentException("--hours (" + hours + ") must be above 0, at most "
                    + MAX_HOURS);
        }
        var recording = Recording.of(trace.map(file -> TraceFile.open(file, format.format()))
                .orElseGet(() -> new TrafficGenerator(blocks, seed)));
        return recording.hasTimes() ? recording : recording.spreadOver(hours * 3600);
    }

    private PlanSettings settings(MediaCatalogue catalogue, Recording recording) {
        var tokens = recording.tokensPerBlock();
        long bytes = blockBytes.orElse(
                tokens.map(count -> count * BYTES_PER_TOKEN).orElse(ACCESS_BYTES));
        double millis = missMillis.orElse(
                tokens.map(count -> count / TOKENS_PER_MILLI).orElse(ACCESS_MILLIS));
        return new PlanSettings(goal, budget, years, slack, bytes, millis / 1000,
                evictions.stream().map(Eviction::of).toList(), media(catalogue, memory),
                media(catalogue, flash), media(catalogue, third), seed);
    }

    private static List<ModelledMedium> media(MediaCatalogue catalogue, List<String> ids) {
        return ids.stream().map(catalogue::medium).toList();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNAVAILABLE, file + " cannot be written: " + e, e);
        }
    }
}

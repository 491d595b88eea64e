package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.policy.PolicyName;
import dev.varve.replay.PolicyReplay;
import dev.varve.replay.ReplayResult;
import dev.varve.replay.ReplayRun;
import dev.varve.replay.ReplaySettings;
import dev.varve.replay.RespEndpoint;
import dev.varve.replay.TrafficStatistics;
import dev.varve.replay.simulation.Eviction;
import dev.varve.replay.simulation.HierarchySettings.Writing;
import dev.varve.replay.simulation.Recording;
import dev.varve.server.ByteSize;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `varve replay`.
@Command(name = "replay",
        description = "Replay the traffic of a language model's KV cache, or of any other cache,"
                + " from a trace: over the Redis protocol against a running server; with --simulated"
                + " in simulated time through modelled tiers; or else against the eviction policies"
                + " alone, to see which hit ratio which memory would give.",
        footer = {
                "",
                "Examples:",
                "  varve replay --trace conversations.jsonl",
                "  varve replay --trace conversations.jsonl --simulated",
                "  varve replay --trace conversations.jsonl --target 127.0.0.1:6379",
                "  varve replay --trace monday.trace"})
final class ReplayCommand implements Callable<Integer> {
    private static final int[] MEMORY_PERCENTS = {1, 5, 10, 25, 50, 100};
    /// Each by itself, and the server's default.
    private static final List<Eviction> POLICIES = Stream
            .concat(Stream.of(PolicyName.values()).map(Eviction::of), Stream.of(Eviction.AUTO))
            .toList();
    private static final Duration REPLY_WAIT = Duration.ofSeconds(30);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private TrafficOptions options = new TrafficOptions();

    @Option(names = "--target", paramLabel = "HOST:PORT",
            description = "A server that speaks the Redis protocol: Varve, or any other.")
    private Optional<String> target = Optional.empty();

    @Option(names = "--user", paramLabel = "NAME", defaultValue = "default",
            description = "Who to be there (default: ${DEFAULT-VALUE}); the password comes from"
                    + " $REDISCLI_AUTH, as for redis-cli.")
    private String user = "default";

    @Mixin
    private ReportOptions report = new ReportOptions();

    @Mixin
    private SimulationOptions simulation = new SimulationOptions();

    @Override
    public Integer call() {
        try {
            report.check(target.isPresent());
            if (simulation.wanted()) {
                if (target.isPresent()) {
                    throw new IllegalArgumentException(
                            "--simulated needs no server: leave --target out");
                }
                simulate();
                return ExitCode.OK;
            }
            if (target.isPresent()) {
                return replayAgainst(target.get());
            }
            compare();
            return ExitCode.OK;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private int replayAgainst(String text) {
        var place = RespEndpoint.parse(text);
        var login = Optional.ofNullable(System.getenv("REDISCLI_AUTH"))
                .map(password -> new RespEndpoint.Login(user, password));
        var endpoint = new RespEndpoint(place.host(), place.port(), login);
        var settings = new ReplaySettings(endpoint, options.connections(),
                options.blockBytes(), options.speed(), "replay@", REPLY_WAIT);
        var out = spec.commandLine().getOut();
        var progress = Progress.on(spec.commandLine().getErr());
        var traffic = options.open();
        out.println("Traffic: " + traffic.description());
        var measuring = report.begin(endpoint);
        ReplayResult result;
        try (var tasks = new SystemTasks()) {
            result = new ReplayRun(settings, Clock.system(), tasks).run(
                    traffic, done -> progress.show(done.requests() + " requests, "
                            + ByteSize.format(done.bytesWritten()) + " written, "
                            + ByteSize.format(done.bytesRead()) + " served"));
        } finally {
            progress.end();
        }
        out.print(ReplayTable.render(result));
        traffic.remarks().forEach(remark -> out.println("note: " + remark));
        if (result.failure().isEmpty()) {
            measuring.end(settings.blockBytes(), result).ifPresent(out::print);
        }
        out.flush();
        return ReplayTable.isGood(result) ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /// Replays in simulated time.
    private void simulate() {
        var out = spec.commandLine().getOut();
        var recording = Recording.of(options.open());
        out.println("Traffic: " + recording.description());
        recording.remarks().forEach(remark -> out.println("note: " + remark));
        out.print(simulation.run(recording, options));
        out.flush();
    }

    /// What each policy would make of each share of the data in memory.
    private void compare() {
        var out = spec.commandLine().getOut();
        TrafficStatistics statistics;
        double rate;
        try (var traffic = options.open()) {
            out.println("Traffic: " + traffic.description());
            statistics = TrafficStatistics.of(traffic);
            rate = traffic.sampleRate();
            traffic.remarks().forEach(remark -> out.println("note: " + remark));
        }
        long dataBytes = statistics.dataBytes(options.blockBytes());
        out.printf(
                Locale.ROOT,
                "%,d requests, %,d blocks, %,d of them different (%s%s)%n",
                statistics.requests(), statistics.references(), statistics.distinctBlocks(),
                ByteSize.format(dataBytes), statistics.sizedBlocks() == 0
                        ? " at " + ByteSize.format(options.blockBytes()) + " a block"
                        : "");
        out.printf(Locale.ROOT, "hit ratio without limits of memory: %.4f%n%n",
                statistics.idealHitRatio());
        // The optimum is known for values of one size.
        boolean hasOptimum = statistics.sizedBlocks() == 0;
        out.printf("%-27s", "hit ratio with memory for");
        for (var policy : POLICIES) {
            out.printf(column(policy) + "s", policy.name());
        }
        out.printf("%s%n", hasOptimum ? "    opt" : "");
        for (int percent : MEMORY_PERCENTS) {
            long bytes = Math.max(options.blockBytes(), dataBytes * percent / 100);
            // A sample of the keys needs that sample of the memory.
            out.printf("%3d %% of the data, %-8s", percent, ByteSize.format((long) (bytes / rate)));
            for (var policy : POLICIES) {
                out.printf(Locale.ROOT, column(policy) + ".4f", hitRatio(policy, bytes));
            }
            if (hasOptimum) {
                out.printf(Locale.ROOT, "%7.4f", PolicyReplay.optimalHitRatio(
                        options.open(), bytes, options.blockBytes()));
            }
            out.println();
            out.flush();
        }
    }

    private static String column(Eviction policy) {
        return "%" + Math.max(7, policy.name().length() + 1);
    }

    private double hitRatio(Eviction eviction, long bytes) {
        var policy = eviction.of(Writing.ALL).apply(bytes);
        return PolicyReplay.run(options.open(), policy, bytes, options.blockBytes()).hitRatio();
    }
}

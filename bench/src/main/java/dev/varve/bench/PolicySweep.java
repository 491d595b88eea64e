package dev.varve.bench;

import dev.varve.policy.AutoPolicy;
import dev.varve.policy.AutoPolicy.Tuning;
import dev.varve.policy.PolicyName;
import dev.varve.policy.Rival;
import dev.varve.policy.Rival.Suits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// The command `bench/run policies`: hit ratios of each eviction policy, and of the choice among
/// them, on published traces.
///
/// Thread-safe: stateless.
public final class PolicySweep {
    /// File, how it is read, and the sizes at which the optimum has a point or more over LRU.
    private record Source(String file, PolicyTrace.Encoding encoding, List<Integer> sizes) {}

    private static final List<Source> SOURCES = List.of(
            lirs("loop", 256, 512),
            lirs("sprite", 256, 512, 1024),
            lirs("2_pools", 256, 512, 1024),
            lirs("cs", 256, 512, 1024),
            lirs("cpp", 256, 512),
            lirs("gli", 256, 512, 1024),
            lirs("ps", 256, 512, 1024),
            lirs("multi1", 256, 512, 1024),
            lirs("multi2", 256, 512, 1024),
            lirs("multi3", 256, 512, 1024),
            new Source("cache2k/web12.trace.xz", PolicyTrace.Encoding.INTS, List.of(1000, 4000)),
            new Source("cache2k/orm-busy.trace.xz", PolicyTrace.Encoding.INTS, List.of(1000, 4000)),
            new Source("gradle/build-cache.xz", PolicyTrace.Encoding.HEXADECIMAL,
                    List.of(1000, 4000)),
            new Source("cloud_physics/w106.trace.xz", PolicyTrace.Encoding.INTS,
                    List.of(5000, 20_000, 100_000)),
            new Source("scarab/scarab-recs.trace.xz", PolicyTrace.Encoding.LONGS,
                    List.of(4000, 32_000)),
            new Source("scarab/recs.trace.20160808T073231Z.xz", PolicyTrace.Encoding.LONGS,
                    List.of(4000, 32_000)));
    private static final List<Integer> CONVERSATION_PERCENTS = List.of(1, 5, 10, 20);
    /// The same figures each time.
    private static final long SEED = 1;
    /// What a shadow may have where blocks are of 1 MiB, as those of KV caches are.
    private static final int SAMPLE_BLOCKS = 65_536;
    /// Longer traces are left out with `--quick`.
    private static final int QUICK_REFERENCES = 600_000;

    private PolicySweep() {}

    private static Source lirs(String name, Integer... sizes) {
        return new Source("lirs/" + name + ".trace.gz", PolicyTrace.Encoding.DECIMAL,
                List.of(sizes));
    }

    /// What the command line says.
    ///
    /// @param conversation a trace in the Mooncake format, if there is one
    private record Options(
            Path jar,
            List<Path> conversation,
            boolean quick,
            boolean leaveOneOut,
            boolean write) {
        static Options parse(Path home, List<String> args) {
            var options = new Options(standardJar(), List.of(
                    home.resolve(BenchOptions.TRACE), home.resolve("../" + BenchOptions.TRACE),
                    home.resolve("../../" + BenchOptions.TRACE)), false, false, false);
            for (var arg : args) {
                options = switch (arg) {
                    case "--quick" -> new Options(options.jar, options.conversation, true,
                            options.leaveOneOut, options.write);
                    case "--leave-one-out" -> new Options(options.jar, options.conversation,
                            options.quick, true, options.write);
                    case "--write" -> new Options(options.jar, options.conversation, options.quick,
                            options.leaveOneOut, true);
                    default -> throw new IllegalArgumentException("unknown: " + arg
                            + "; there are --quick, --leave-one-out and --write");
                };
            }
            return options;
        }

        private static Path standardJar() {
            return Path.of(Objects.requireNonNullElse(System.getProperty("varve.traces"), "-"));
        }
    }

    /// @param args see [Options]
    public static void main(String... args) throws IOException {
        Path home = Path.of(Objects.requireNonNullElse(System.getProperty("varve.home"), "."));
        Options options;
        try {
            options = Options.parse(home, List.of(args));
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(2);
            return;
        }
        var rivals = Rival.all(SEED);
        var results = new ArrayList<PolicyResult>();
        forEachCase(options, one -> {
            var result = run(one, rivals, options);
            System.err.println("bench: " + result.line());
            results.add(result);
        });
        String table = new PolicyReport(results).markdown(String.join(" ", args));
        System.out.println(table);
        if (options.write()) {
            Files.writeString(home.resolve("docs/placement-figures.md"), table);
        }
    }

    private static PolicyResult run(PolicyCase one, List<Rival> rivals, Options options) {
        var compared = compared(rivals);
        var fixed = compared.stream().map(r -> one.run(r.policy().apply(one.blocks()))).toList();
        var autos = new ArrayList<PolicyResult.Auto>();
        for (var tuning : tunings(options.leaveOneOut())) {
            var policy = new AutoPolicy(rivals, one.blocks(), tuning);
            double hits = one.run(policy);
            autos.add(new PolicyResult.Auto(tuning, hits, policy.report().changes(),
                    policy.report().active()));
        }
        return new PolicyResult(one.name(), one.trace().family(), one.trace().references().length,
                compared.stream().map(Rival::name).toList(), fixed, autos, one.optimum());
    }

    /// The rivals, and others that were of no use beside them and are measured all the same.
    private static List<Rival> compared(List<Rival> rivals) {
        var others = Stream.of(PolicyName.SIEVE, PolicyName.ARC)
                .map(name -> new Rival(name.text(), Suits.ANY,
                        capacity -> name.policy(capacity, SEED)));
        return Stream.concat(rivals.stream(), others).toList();
    }

    /// The tuning in force first, then those among which it was chosen.
    private static List<Tuning> tunings(boolean all) {
        var tunings = new ArrayList<>(List.of(Tuning.forSample(SAMPLE_BLOCKS)));
        if (all) {
            for (double patience : new double[]{.5, 1, 1.5, 2, 3}) {
                for (int minGain : new int[]{4, 16}) {
                    tunings.add(new Tuning(SAMPLE_BLOCKS, patience, minGain));
                }
            }
        }
        return tunings;
    }

    /// Does something with a case.
    private interface Work {
        void on(PolicyCase one) throws IOException;
    }

    private static void forEachCase(Options options, Work work) throws IOException {
        for (var source : SOURCES) {
            var trace = PolicyTrace.of(options.jar(), source.file(), source.encoding());
            if (!options.quick() || trace.references().length <= QUICK_REFERENCES) {
                for (int size : source.sizes()) {
                    work.on(new PolicyCase(trace, size));
                }
            }
        }
        var file = options.conversation().stream().filter(Files::isReadable).findFirst();
        if (file.isEmpty()) {
            System.err.println("bench: without conversations: no trace in the Mooncake format");
            return;
        }
        var trace = PolicyTrace.ofConversations(file.get());
        for (int percent : CONVERSATION_PERCENTS) {
            work.on(new PolicyCase(trace, (int) ((long) trace.distinct() * percent / 100)));
        }
    }
}

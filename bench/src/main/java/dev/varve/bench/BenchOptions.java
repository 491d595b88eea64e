package dev.varve.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the command line says.
///
/// @param names         which benchmarks; empty means all
/// @param rounds        how often each side is measured
/// @param roundMillis   how long each time
/// @param folder        on the disk under test
/// @param launcher      the `varve` command
/// @param report        where the table goes; it is printed in any case
/// @param writeReport   whether it goes there
/// @param restartBytes  cached bytes of the restart benchmark
/// @param leasePairs    pairs of EXISTS and GET
/// @param memoryMinutes how long the memory benchmark lasts
/// @param trace         of conversations, for admission and simulator; if there is one
///
/// Immutable.
record BenchOptions(
        List<String> names,
        int rounds,
        long roundMillis,
        Path folder,
        Path launcher,
        Path report,
        boolean writeReport,
        long restartBytes,
        long leasePairs,
        int memoryMinutes,
        Optional<Path> trace) {
    static final String USAGE = """
            usage: bench/run [NAME...] [OPTION...]
                   bench/run micro [JMH OPTION...]
                   bench/run policies [--quick] [--leave-one-out] [--write]
                   bench/run energy [--trace FILE]

            Compares Varve with its peers and limits, each in turn in the same run, and prints
            medians and spread. Names: %s; all of them by default.

              --rounds N     measure each side N times (5)
              --seconds N    for N seconds each time (3)
              --data DIR     a folder on the disk under test (the system's temporary folder)
              --full         restart with 10 GB of cached blocks instead of 2 GB, and 10,000,000
                             pairs of EXISTS and GET instead of 200,000
              --pairs N      so many pairs
              --hour         an hour of mixed load for the memory figure instead of two minutes
              --trace FILE   conversations in the Mooncake format, for admission and simulator
                             (shared/traces beside the repository or above it)
              --write        write the table to docs/benchmarks.md
            """;

    static final String TRACE = "shared/traces/mooncake_conversation_trace.jsonl";
    private static final long QUICK_RESTART_BYTES = 2_000_000_000L;
    private static final long FULL_RESTART_BYTES = 10_000_000_000L;
    private static final long QUICK_LEASE_PAIRS = 200_000;
    private static final long FULL_LEASE_PAIRS = 10_000_000;

    /// Reads the command line.
    ///
    /// @param home the repository's root
    /// @throws IllegalArgumentException with one line for the user
    static BenchOptions parse(Path home, List<String> known, String... args) {
        var names = new ArrayList<String>();
        int rounds = 5;
        long seconds = 3;
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        boolean write = false;
        long restartBytes = QUICK_RESTART_BYTES;
        long leasePairs = QUICK_LEASE_PAIRS;
        int memoryMinutes = 2;
        var traces = new ArrayList<>(List.of(home.resolve(TRACE), home.resolve("../" + TRACE),
                home.resolve("../../" + TRACE)));
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--rounds" -> rounds = Integer.parseInt(value(args, i++));
                case "--seconds" -> seconds = Long.parseLong(value(args, i++));
                case "--data" -> folder = Path.of(value(args, i++));
                case "--full" -> {
                    restartBytes = FULL_RESTART_BYTES;
                    leasePairs = FULL_LEASE_PAIRS;
                }
                case "--pairs" -> leasePairs = Long.parseLong(value(args, i++));
                case "--hour" -> memoryMinutes = 60;
                case "--trace" -> traces.addFirst(Path.of(value(args, i++)));
                case "--write" -> write = true;
                default -> names.add(known(args[i], known));
            }
        }
        if (rounds < 1 || seconds < 1 || leasePairs < 1) {
            throw new IllegalArgumentException(
                    "--rounds, --seconds and --pairs must be at least 1");
        }
        return new BenchOptions(List.copyOf(names), rounds, seconds * 1000, folder,
                home.resolve("varve"), home.resolve("docs/benchmarks.md"), write, restartBytes,
                leasePairs, memoryMinutes,
                traces.stream().filter(Files::isReadable).findFirst());
    }

    boolean wants(String name) {
        return names.isEmpty() || names.contains(name);
    }

    private static String value(String[] args, int option) {
        if (option + 1 >= args.length) {
            throw new IllegalArgumentException(args[option] + " needs a value");
        }
        return args[option + 1];
    }

    private static String known(String name, List<String> known) {
        if (!known.contains(name)) {
            throw new IllegalArgumentException(
                    "unknown: " + name + "; there are " + String.join(", ", known));
        }
        return name;
    }
}

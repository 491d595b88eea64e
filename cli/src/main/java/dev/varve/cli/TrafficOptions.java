package dev.varve.cli;

import dev.varve.replay.TraceFile;
import dev.varve.replay.Traffic;
import dev.varve.replay.TrafficGenerator;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which traffic is replayed.
final class TrafficOptions {
    /// What the launcher's heap holds the statistics of.
    private static final int MAX_BLOCKS = 1_000_000;

    @Option(names = "--trace", paramLabel = "FILE",
            description = "A trace: of varve trace record, or in one of many other formats, gzipped"
                    + " or not. Without it the traffic is generated, after the published statistics"
                    + " of a real hour.")
    private Optional<Path> trace = Optional.empty();

    @Mixin
    private FormatOption format = new FormatOption();

    @Option(names = "--blocks", paramLabel = "COUNT", defaultValue = "48000",
            description = "How many different blocks to generate, at least "
                    + TrafficGenerator.MIN_BLOCKS + ", at most " + MAX_BLOCKS
                    + " (default: ${DEFAULT-VALUE}).")
    private int blocks;

    @Option(names = "--seed", paramLabel = "NUMBER", defaultValue = "1",
            description = "Which traffic to generate (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--block-bytes", paramLabel = "SIZE", converter = SizeReader.class,
            defaultValue = "64k",
            description = "Size of a block's value (default: ${DEFAULT-VALUE}; real ones have 1m to"
                    + " 64m).")
    private long blockBytes;

    @Option(names = "--connections", paramLabel = "COUNT", defaultValue = "8",
            description = "Connections to the Redis door (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(names = "--speed", paramLabel = "FACTOR", defaultValue = "0",
            description = "How many seconds of the traffic pass in one; 0 is as fast as possible"
                    + " (default: ${DEFAULT-VALUE}).")
    private double speed;

    Optional<Path> trace() {
        return trace;
    }

    /// @throws IllegalArgumentException if there are too few or too many
    int blocks() {
        if (blocks < TrafficGenerator.MIN_BLOCKS || blocks > MAX_BLOCKS) {
            throw new IllegalArgumentException("--blocks (" + blocks + ") must be from "
                    + TrafficGenerator.MIN_BLOCKS + " to " + MAX_BLOCKS);
        }
        return blocks;
    }

    long seed() {
        return seed;
    }

    int blockBytes() {
        return (int) Math.min(blockBytes, Integer.MAX_VALUE);
    }

    int connections() {
        return connections;
    }

    double speed() {
        return speed;
    }

    /// Opens the traffic from its beginning; the caller closes it.
    ///
    /// @throws IllegalArgumentException as [#blocks]
    Traffic open() {
        return trace.map(file -> TraceFile.open(file, format.format()))
                .orElseGet(() -> new TrafficGenerator(blocks(), seed));
    }
}

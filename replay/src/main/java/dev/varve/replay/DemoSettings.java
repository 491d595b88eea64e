package dev.varve.replay;

import java.nio.file.Path;
import java.util.Optional;

/// What the demo does.
///
/// @param trace          the trace to be replayed; empty for generated traffic
/// @param distinctBlocks how much traffic to generate, see [TrafficGenerator]
/// @param seed           which traffic to generate
/// @param blockBytes     length of a KV block, see [ReplaySettings]
/// @param connections    RESP connections
/// @param speed          how many seconds of the traffic pass in one; 0 for as fast as possible
/// @param datasetObjects number of objects put through S3
/// @param objectBytes    length of each, 1 byte to 1 GiB
///
/// Immutable.
public record DemoSettings(
        Optional<Path> trace,
        int distinctBlocks,
        long seed,
        int blockBytes,
        int connections,
        double speed,
        int datasetObjects,
        int objectBytes) {

    /// Some 3 GB of traffic and a dataset of 134 MB: less than a minute on a small machine.
    public static final DemoSettings DEFAULT = new DemoSettings(
            Optional.empty(), 48_000, 1, ReplaySettings.DEFAULT_BLOCK_BYTES, 8, 0, 16, 8 << 20);

    public DemoSettings {
        if (datasetObjects < 0 || objectBytes < 1 || objectBytes > 1 << 30) {
            throw new IllegalArgumentException("dataset (" + datasetObjects + " objects of "
                    + objectBytes + " bytes) must be 0 or more objects of 1 byte to 1 GiB");
        }
    }

    /// The same with a trace in place of generated traffic.
    public DemoSettings withTrace(Path file) {
        return new DemoSettings(Optional.of(file), distinctBlocks, seed, blockBytes, connections,
                speed, datasetObjects, objectBytes);
    }

    /// Opens the traffic from its beginning.
    ///
    /// @return owned by the caller
    Traffic traffic() {
        return trace.isPresent()
                ? MooncakeTrace.open(trace.orElseThrow())
                : new TrafficGenerator(distinctBlocks, seed);
    }
}

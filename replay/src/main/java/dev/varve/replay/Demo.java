package dev.varve.replay;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.Tasks;
import dev.varve.replay.TierCounters.Served;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// Shows a running server at work: replays the traffic of a language model over the Redis protocol,
/// puts a dataset through S3 and reads it back, and reports what came of it.
///
/// Knows no server: whoever starts one first asks for [#trafficBytes] and [#datasetBytes], so as to
/// give it tiers that fit.
///
/// Confined: one run at a time.
public final class Demo {
    private static final String BUCKET = "dataset";
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(30);

    private final DemoSettings settings;
    private final TrafficStatistics statistics;
    private final Clock clock;
    private final Tasks tasks;

    private Demo(
            DemoSettings settings,
            TrafficStatistics statistics,
            Clock clock,
            Tasks tasks) {
        this.settings = settings;
        this.statistics = statistics;
        this.clock = clock;
        this.tasks = tasks;
    }

    /// Reads the whole traffic once, so that its size is known and a malformed trace is found
    /// before anything is started.
    ///
    /// @throws StorageException CONFIG for a trace that is malformed or has no blocks, ABSENT if
    ///         there is none
    public static Demo plan(DemoSettings settings, Clock clock, Tasks tasks) {
        var statistics = TrafficStatistics.of(settings.traffic());
        if (statistics.references() == 0) {
            throw new StorageException(Kind.CONFIG, "the trace "
                    + settings.trace().map(Object::toString).orElse("") + " has no blocks");
        }
        return new Demo(settings, statistics, clock, tasks);
    }

    /// Bytes of all different blocks of the traffic: what a cache would take that never evicts.
    public long trafficBytes() {
        return statistics.distinctBlocks() * settings.blockBytes();
    }

    /// Bytes of the dataset.
    public long datasetBytes() {
        return (long) settings.datasetObjects() * settings.objectBytes();
    }

    /// Runs all of it. Failures on the way are part of the report.
    ///
    /// @param tiers    the server's counters
    /// @param progress called several times a second with one line for people
    /// @throws StorageException if the server cannot be reached at all
    public DemoReport run(
            RespEndpoint resp,
            S3Endpoint s3,
            TierCounters tiers,
            Consumer<String> progress) {
        var replaySettings = new ReplaySettings(resp, settings.connections(), settings.blockBytes(),
                settings.speed(), "demo@00000000@0@", REPLY_TIMEOUT);
        var before = tiers.served();
        var traffic = settings.traffic();
        String description = traffic.description();
        var replay = new ReplayRun(replaySettings, clock, tasks)
                .run(traffic, done -> progress.accept(line(done)));
        var served = since(before, tiers.served());
        var dataset = DatasetResult.NONE;
        if (replay.failure().isEmpty() && settings.datasetObjects() > 0) {
            progress.accept("writing and reading " + Figures.bytes(datasetBytes()) + " through S3");
            dataset = putDataset(s3);
        }
        return new DemoReport(settings, description, replay, served, dataset);
    }

    private DatasetResult putDataset(S3Endpoint s3) {
        try (var client = new S3Client(s3, clock, body -> tasks.start("s3-client", body))) {
            return new DatasetRun(client, BUCKET, settings.datasetObjects(), settings.objectBytes(),
                    clock, tasks).run();
        }
    }

    private static Optional<Served> since(Optional<Served> before, Optional<Served> after) {
        return before.flatMap(earlier -> after.map(later -> later.since(earlier)));
    }

    private String line(ReplayProgress done) {
        double seconds = Math.max(done.elapsedNanos() / 1e9, 1e-3);
        return Figures.count(done.requests()) + " of " + Figures.count(statistics.requests())
                + " requests, " + Figures.bytes(done.bytesWritten()) + " written, "
                + Figures.bytes(done.bytesRead()) + " served, hit ratio "
                + Figures.percent(done.hits(), done.blocks()) + ", "
                + Figures.bytesPerSecond((done.bytesRead() + done.bytesWritten()) / seconds);
    }
}

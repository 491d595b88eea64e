package dev.varve.replay;

import dev.varve.replay.TierCounters.Served;
import java.util.Optional;

/// What the demo found out.
///
/// @param settings what it was asked to do
/// @param traffic  where the traffic came from: generated after which statistics, or from which
///                 file
/// @param replay   the traffic through RESP
/// @param served   blocks by tier, as the server counted them during the replay
/// @param dataset  the dataset through S3
///
/// Immutable.
public record DemoReport(
        DemoSettings settings,
        String traffic,
        ReplayResult replay,
        Optional<Served> served,
        DatasetResult dataset) {
    private static final String UNKNOWN = "?";

    /// Whether everything was done and every byte was right.
    public boolean good() {
        return wrongBytes() == 0
                && replay.refusals() == 0
                && replay.failure().isEmpty()
                && dataset.failure().isEmpty();
    }

    /// Wrong bytes of both parts.
    public long wrongBytes() {
        return replay.wrongBytes() + dataset.wrongBytes();
    }

    /// The table for people: plain text, within 80 columns but for the first lines.
    public String text() {
        var table = new Table();
        addTraffic(table);
        if (settings.datasetObjects() > 0) {
            addDataset(table);
        }
        addLatencies(table);
        table.row().row("wrong bytes", Figures.count(wrongBytes()));
        var text = new StringBuilder();
        text.append("Traffic: ").append(traffic).append('\n');
        text.append("         blocks of ")
                .append(Figures.count(settings.blockBytes()))
                .append(" bytes, ")
                .append(settings.connections())
                .append(" connections, ")
                .append(settings.speed() == 0
                        ? "as fast as possible"
                        : settings.speed() + " times as fast as it was")
                .append("\n\n");
        text.append(table);
        addTroubles(text);
        return text.toString();
    }

    private void addTraffic(Table table) {
        long misses = replay.blocks() - replay.hits();
        table.row("LLM traffic through RESP", "all", "memory", "flash", "miss");
        table.row("requests", Figures.count(replay.requests()));
        table.row("blocks looked up", Figures.count(replay.blocks()),
                served.map(tiers -> Figures.count(tiers.memoryBlocks())).orElse(UNKNOWN),
                served.map(tiers -> Figures.count(tiers.flashBlocks())).orElse(UNKNOWN),
                Figures.count(misses));
        table.row("hit ratio", Figures.percent(replay.hits(), replay.blocks()),
                served.map(tiers -> Figures.percent(tiers.memoryBlocks(), replay.blocks()))
                        .orElse(UNKNOWN),
                served.map(tiers -> Figures.percent(tiers.flashBlocks(), replay.blocks()))
                        .orElse(UNKNOWN),
                Figures.percent(misses, replay.blocks()));
        table.row("bytes served", Figures.bytes(replay.bytesRead()),
                served.map(tiers -> Figures.bytes(tiers.memoryBytes())).orElse(UNKNOWN),
                served.map(tiers -> Figures.bytes(tiers.flashBytes())).orElse(UNKNOWN));
        table.row("bytes written", Figures.bytes(replay.bytesWritten()));
        table.row("throughput", Figures.bytesPerSecond(replay.bytesPerSecond()));
        if (settings.speed() > 0) {
            table.row("behind the pace, at worst", Figures.millis(replay.worstLagNanos()));
        }
        table.row("prefill tokens", Figures.rounded(replay.tokens()));
        table.row("  of them not recomputed", Figures.rounded(replay.tokensSaved()),
                Figures.percent(replay.tokensSaved(), replay.tokens()));
    }

    private void addDataset(Table table) {
        table.row().row("dataset through S3", "all", "throughput");
        table.row("objects", Figures.count(dataset.put().count()));
        table.row("bytes written", Figures.bytes(dataset.bytesWritten()),
                Figures.bytesPerSecond(dataset.writtenPerSecond()));
        table.row("bytes read back", Figures.bytes(dataset.bytesRead()),
                Figures.bytesPerSecond(dataset.readPerSecond()));
    }

    private void addLatencies(Table table) {
        table.row().row("latency", "count", "p50", "p99", "max");
        addLatency(table, "EXISTS", replay.exists());
        addLatency(table, "GET", replay.get());
        addLatency(table, "SET", replay.set());
        if (settings.datasetObjects() > 0) {
            addLatency(table, "S3 PUT", dataset.put());
            addLatency(table, "S3 GET", dataset.get());
        }
    }

    private static void addLatency(Table table, String name, Latency latency) {
        table.row(name, Figures.count(latency.count()), Figures.millis(latency.p50Nanos()),
                Figures.millis(latency.p99Nanos()), Figures.millis(latency.maxNanos()));
    }

    private void addTroubles(StringBuilder text) {
        if (replay.vanished() > 0) {
            text.append("\nLost between EXISTS and GET: ")
                    .append(Figures.count(replay.vanished()))
                    .append(" blocks.\n");
        }
        replay.firstRefusal()
                .ifPresent(first -> text.append("\nThe server refused ")
                        .append(Figures.count(replay.refusals()))
                        .append(" commands, the first with: ")
                        .append(first)
                        .append('\n'));
        replay.failure()
                .ifPresent(reason -> text.append("\nThe replay ended early: ")
                        .append(reason)
                        .append('\n'));
        dataset.failure()
                .ifPresent(reason -> text.append("\nThe dataset was not finished: ")
                        .append(reason)
                        .append('\n'));
    }
}

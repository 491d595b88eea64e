package dev.varve.replay;

import dev.varve.replay.LoadProbe.Loads;
import dev.varve.replay.LoadProbe.Tier;
import dev.varve.replay.TierCounters.Served;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// Says whether loading KV pays against computing it again: for the replay as a whole, and from
/// which length on.
///
/// The blocks of a replay are as a rule smaller than real ones, so load times are extrapolated by
/// what was measured of a request and of a byte, one request at a time.
///
/// @param model      what computing costs
/// @param blockBytes length of the replayed blocks
/// @param replay     the result
/// @param served     what the server handed out during the replay, by tier
/// @param loads      what loading costs
///
/// Immutable.
public record PrefillReport(
        PrefillModel model,
        int blockBytes,
        ReplayResult replay,
        Optional<Served> served,
        Loads loads) {
    private static final int BLOCK_TOKENS = TraceRequest.TOKENS_PER_BLOCK;

    /// Seconds of prefill that the hits stand for.
    public double savedSeconds() {
        return model.seconds((double) replay.tokensSaved(), replay.loads().squaredTokens());
    }

    /// Seconds that the requests would have waited for EXISTS and GET if blocks were as large as
    /// the model's.
    public double loadingSeconds() {
        double bytes = realBlockBytes();
        double memory = loads.memory().cost().seconds(bytes);
        double flash = loads.flash().map(tier -> tier.cost().seconds(bytes)).orElse(memory);
        long fromFlash = flashHits();
        return replay.loads().existsNanos() / 1e9
                + (double) (replay.hits() - fromFlash) * memory
                + (double) fromFlash * flash;
    }

    /// For people.
    public String text() {
        return """

                Load or recompute? Prefill at %s tokens/s, %s of KV a token.
                %s
                %s
                %s
                %s""".formatted(
                Figures.rounded(Math.round(model.tokensPerSecond())),
                Figures.bytes(model.kvBytesPerToken()), modelLine(),
                costs(), balance(), verdicts());
    }

    private String modelLine() {
        return model.attentionDepth() == 0
                ? "Model of prefill: linear, n tokens take n / speed; attention is left out.\n"
                : ("Model of prefill: n tokens take (n + n² / (2 · %,d)) / speed: attention grows"
                        + " with depth.\n").formatted(model.attentionDepth());
    }

    private Table costs() {
        var flash = loads.flash();
        var table = new Table().row("load times, one request at a time", "memory", "flash");
        table.row(Figures.bytes(loads.memory().small().bytes()), millis(loads.memory().small()),
                flash.map(tier -> millis(tier.small())).orElse("?"));
        table.row(Figures.bytes(loads.memory().large().bytes()), millis(loads.memory().large()),
                flash.map(tier -> millis(tier.large())).orElse("?"));
        row(table, "each request", tier -> Figures.millis(
                Math.round(tier.cost().requestSeconds() * 1e9)));
        row(table, "beyond that", tier -> rate(tier.cost().bytesPerSecond()));
        row(table, "a block of " + BLOCK_TOKENS + " tokens (" + realBlock()
                + "), extrapolated",
                tier -> Figures.millis(
                        Math.round(tier.cost().seconds(realBlockBytes()) * 1e9)));
        row(table, "pays as one chunk, from", tier -> tokens(model.breakEvenChunk(tier.cost())));
        row(table, "pays as a prefix of such blocks, from", tier -> tokens(
                model.breakEvenPrefix(tier.cost(), BLOCK_TOKENS)));
        return table;
    }

    private void row(Table table, String name, Function<Tier, String> cell) {
        table.row(name, cell.apply(loads.memory()), loads.flash().map(cell).orElse("?"));
    }

    private Table balance() {
        long fromFlash = flashHits();
        double net = savedSeconds() - loadingSeconds();
        return new Table().row("this replay", "seconds")
                .row("prefill saved (" + Figures.count(replay.tokensSaved()) + " tokens)",
                        seconds(savedSeconds()))
                .row("EXISTS and GET as measured, blocks of " + Figures.bytes(blockBytes),
                        seconds((replay.loads().existsNanos() + replay.loads().getNanos()) / 1e9))
                .row("the same for " + realBlock() + " ("
                        + Figures.count(replay.hits() - fromFlash) + " from memory, "
                        + Figures.count(fromFlash) + " from flash)", seconds(loadingSeconds()))
                .row(net >= 0 ? "net, saved" : "net, lost", seconds(net));
    }

    private String verdicts() {
        return verdict("memory", loads.memory())
                + loads.flash()
                        .map(tier -> verdict("flash", tier))
                        .orElse("What loading from flash costs is not known: this server does not"
                                + " tell its tiers apart.\n");
    }

    private String verdict(String name, Tier tier) {
        double prefix = model.breakEvenPrefix(tier.cost(), BLOCK_TOKENS);
        if (Double.isInfinite(prefix)) {
            return "Loading from %s never pays: a block takes %s to load and %s to\ncompute. It would"
                    .formatted(name, secondsOf(tier.cost().seconds(realBlockBytes())),
                            secondsOf(BLOCK_TOKENS / model.tokensPerSecond()))
                    + " pay above " + Figures.bytesPerSecond(
                            model.tokensPerSecond() * model.kvBytesPerToken())
                    + ", or with slower prefill.\n";
        }
        return "Loading from %s pays from %s on; below that recompute.\n"
                .formatted(name, tokens(prefix));
    }

    /// What a read-ahead brought up was then handed out from memory, so the hits that were not are
    /// those that waited for flash.
    private long flashHits() {
        return served.map(tiers -> Math.clamp(replay.hits() - tiers.memoryBlocks(), 0,
                replay.hits())).orElse(0L);
    }

    private double realBlockBytes() {
        return (double) BLOCK_TOKENS * model.kvBytesPerToken();
    }

    private String realBlock() {
        return Figures.bytes(Math.round(realBlockBytes()));
    }

    private static String rate(double bytesPerSecond) {
        return Double.isInfinite(bytesPerSecond) ? "?" : Figures.bytesPerSecond(bytesPerSecond);
    }

    private static String millis(LoadCost.Measured measured) {
        return Figures.millis(measured.nanos());
    }

    private static String secondsOf(double seconds) {
        return Figures.millis(Math.round(seconds * 1e9));
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%,.1f", seconds);
    }

    private static String tokens(double tokens) {
        return Double.isInfinite(tokens)
                ? "never"
                : String.format(Locale.ROOT, "%,d tokens", (long) Math.max(1, Math.ceil(tokens)));
    }
}

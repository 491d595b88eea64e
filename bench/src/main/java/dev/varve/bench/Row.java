package dev.varve.bench;

import java.util.Locale;

/// One line of the table.
///
/// @param work    what was done
/// @param ours    Varve's figure with spread and unit
/// @param peer    the peer's name and figure
/// @param ratio   how they compare, or how ours compares to the limit
/// @param bar     what it must be
/// @param verdict met or not
///
/// Immutable.
record Row(String work, String ours, String peer, String ratio, String bar, Verdict verdict) {

    /// Whether a bar is met.
    enum Verdict {
        MET,
        NOT_MET,
        NO_BAR
    }

    /// A row for a figure of ours against a peer's.
    ///
    /// @param bar the least ratio; 0 for none
    static Row compared(
            String work,
            String unit,
            Samples ours,
            String peerName,
            Samples peer,
            double bar) {
        Samples ratios = ours.over(peer);
        return new Row(work, spread(ours) + " " + unit,
                peerName + ": " + spread(peer) + " " + unit,
                String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", ratios.median(), ratios.min(),
                        ratios.max()),
                bar == 0 ? "" : String.format(Locale.ROOT, ">= %.2f", bar),
                verdict(bar, ratios.median() >= bar));
    }

    /// A row for a figure of ours against a limit.
    static Row limited(String work, String ours, String limit, boolean met) {
        return new Row(work, ours, "", "", limit, met ? Verdict.MET : Verdict.NOT_MET);
    }

    /// A row for what could not be measured.
    static Row failed(String work, String reason) {
        return new Row(work, "failed: " + reason, "", "", "", Verdict.NOT_MET);
    }

    /// A row for what needs a trace, and was given none.
    static Row withoutTrace(String work) {
        return new Row(work, "skipped: no trace; name one in the Mooncake format with --trace FILE",
                "", "", "", Verdict.NO_BAR);
    }

    /// As a line of a Markdown table.
    String markdown() {
        String said = switch (verdict) {
            case MET -> "yes";
            case NOT_MET -> "**no**";
            case NO_BAR -> "";
        };
        return String.join(" | ", "| " + work, ours, peer, ratio, bar, said + " |");
    }

    /// Median and spread: `930 (890–950)`.
    static String spread(Samples samples) {
        return figure(samples.median()) + " (" + figure(samples.min()) + "–"
                + figure(samples.max()) + ")";
    }

    private static Verdict verdict(double bar, boolean met) {
        if (bar == 0) {
            return Verdict.NO_BAR;
        }
        return met ? Verdict.MET : Verdict.NOT_MET;
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }
}

package dev.varve.cli;

import com.google.errorprone.annotations.FormatMethod;
import dev.varve.engine.EngineStatus.PlacementStatus;
import dev.varve.policy.AutoPolicy;
import dev.varve.policy.AutoPolicy.Standing;
import dev.varve.server.ByteSize;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// How it is decided what leaves memory, as people read it.
final class PlacementTable {
    /// Names that a title has room for.
    private static final int MAX_NAMES = 3;

    private final StringBuilder text = new StringBuilder();

    private PlacementTable() {}

    static String render(List<PlacementStatus> placement) {
        var table = new PlacementTable();
        if (placement.isEmpty()) {
            table.line("The policy is fixed by the setting eviction; with auto it is chosen.");
        }
        placement.forEach(table::part);
        return table.text.toString();
    }

    private void part(PlacementStatus status) {
        var report = status.report();
        if (!text.isEmpty()) {
            line("");
        }
        line("%s: %s is in force, after %d changes; %s of %s", title(status), report.active(),
                report.changes(), ByteSize.format(status.memoryBytes()),
                ByteSize.format(status.targetBytes()));
        line("hits %s lately; the best rival is %.1f points better", percent(report.hitRatio()),
                100 * report.regret());
        line("from %d references to %s, later ones count more", report.seen(),
                report.rate() == 1
                        ? "all blocks"
                        : "one of " + Math.round(1 / report.rate()) + " blocks");
        line("");
        line("%-16s %12s %14s %14s", "policy", "would hit", "has gained", "must gain");
        report.standings()
                .stream()
                .sorted(Comparator.comparingDouble(Standing::hitRatio).reversed())
                .forEach(standing -> standing(report, standing));
        line("");
        line("%-16s %12s %14s", "memory", "would hit", "difference");
        double now = report.curve()
                .stream()
                .filter(point -> point.factor() == 1)
                .mapToDouble(AutoPolicy.Point::hitRatio)
                .findFirst()
                .orElse(0);
        for (var point : report.curve()) {
            line("%-16s %12s %+14.1f",
                    ByteSize.format((long) (point.factor() * status.targetBytes())),
                    percent(point.hitRatio()), 100 * (point.hitRatio() - now));
        }
    }

    private static String title(PlacementStatus status) {
        var share = status.share().isEmpty() ? "memory" : "tenant " + status.share();
        int count = status.buckets().size();
        var buckets = count <= MAX_NAMES
                ? String.join(", ", status.buckets())
                : count + " buckets";
        return buckets.isEmpty() ? share : share + ", " + buckets;
    }

    private void standing(AutoPolicy.Report report, Standing standing) {
        if (standing.rival().equals(report.active())) {
            line("%-16s %12s %14s %14s", standing.rival(), percent(standing.hitRatio()), "in force",
                    "");
        } else {
            line("%-16s %12s %14.0f %14.0f", standing.rival(), percent(standing.hitRatio()),
                    standing.gain(), standing.needed());
        }
    }

    @FormatMethod
    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * part);
    }
}

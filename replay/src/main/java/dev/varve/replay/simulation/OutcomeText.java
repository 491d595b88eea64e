package dev.varve.replay.simulation;

import dev.varve.replay.Figures;
import dev.varve.replay.Table;
import java.util.Locale;

/// What came of a hierarchy, for a terminal: a line of what clients got, and a table of its tiers.
///
/// Immutable.
public record OutcomeText(HierarchyOutcome outcome) {

    /// Renders it.
    public String render() {
        var service = outcome.service();
        return String.format(Locale.ROOT,
                "%,d blocks asked for in %s, %s of them served: mean %s, median %s, p99 %s%n%n",
                outcome.blocks(), Figures.seconds(outcome.seconds()),
                Figures.percent(outcome.hitRatio()), Figures.seconds(outcome.meanSeconds()),
                Figures.seconds(service.p50Nanos() / 1e9),
                Figures.seconds(service.p99Nanos() / 1e9)) + tiers();
    }

    /// The table alone.
    String tiers() {
        var table = new Table().row("tier", "size", "devices", "served", "read", "written",
                "power", "of it idle", "asleep", "wears out in", "price");
        for (var tier : outcome.tiers()) {
            table.row(tier.medium(), Figures.bytes(tier.capacityBytes()),
                    Figures.digits(tier.devices()),
                    Figures.percent(outcome.blocks() == 0
                            ? 0
                            : (double) tier.hits() / outcome.blocks()),
                    Figures.bytes(tier.readBytes()), Figures.bytes(tier.writtenBytes()),
                    Figures.watts(tier.joules() / Math.max(1e-9, outcome.seconds())),
                    Figures.watts(tier.idleJoules() / Math.max(1e-9, outcome.seconds())),
                    Figures.percent(tier.asleepSeconds() / Math.max(1e-9, outcome.seconds())),
                    Figures.years(tier.lifetimeYears()), Figures.dollars(tier.price()));
        }
        return table.toString();
    }
}

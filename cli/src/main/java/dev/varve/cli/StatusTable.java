package dev.varve.cli;

import com.google.errorprone.annotations.FormatMethod;
import dev.varve.engine.EngineStatus.Goal;
import dev.varve.engine.EngineStatus.Survival;
import dev.varve.server.ByteSize;
import dev.varve.server.EnergyReport;
import dev.varve.server.StatusReport;
import java.time.Duration;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A status report as people read it.
final class StatusTable {
    private final StringBuilder text = new StringBuilder();

    private StatusTable() {}

    static String render(StatusReport report) {
        var table = new StatusTable();
        table.server(report);
        table.tiers(report);
        table.shares(report);
        table.traffic(report);
        table.doors(report);
        return table.text.toString();
    }

    private void server(StatusReport report) {
        line("Varve %s, up for %s", report.version(), duration(report.uptimeSeconds()));
        line("data %s   redis %s   s3 http://%s", report.data(), report.resp(), report.s3());
        if (report.residentBytes() >= 0) {
            line("the process occupies %s of memory", ByteSize.format(report.residentBytes()));
        }
    }

    private void tiers(StatusReport report) {
        line("");
        line("%-10s %12s %12s %8s %14s", "tier", "used", "budget", "full", "blocks");
        for (var tier : report.engine().tiers()) {
            line(
                    "%-10s %12s %12s %8s %14d", tier.name(), ByteSize.format(tier.usedBytes()),
                    ByteSize.format(tier.budgetBytes()),
                    percent(tier.usedBytes(), tier.budgetBytes()), tier.blocks());
        }
    }

    private void shares(StatusReport report) {
        var shares = report.engine().shares();
        var waited = new TreeMap<>(report.waitedMillis());
        if (shares.isEmpty() && waited.isEmpty()) {
            return;
        }
        line("");
        line("%-10s %9s %9s %9s %9s %7s %10s %8s", "tenant", "memory", "quota", "flash",
                "quota",
                "hits", "over quota", "waited");
        for (var share : shares) {
            line("%-10s %9s %9s %9s %9s %7s %10d %8s", share.name().isEmpty()
                    ? "(others)"
                    : share.name(), size(share.memoryBytes()), size(share.memoryQuotaBytes()),
                    size(share.flashBytes()), size(share.flashQuotaBytes()),
                    percent(share.hits(), share.hits() + share.misses()), share.overQuota(),
                    seconds(waited.remove(share.name())));
        }
        waited.forEach((user, millis) -> line("%-10s %9s %9s %9s %9s %7s %10s %8s", user, "-",
                "-", "-", "-", "-", "-", seconds(millis)));
    }

    private void traffic(StatusReport report) {
        var reads = report.engine().reads();
        var writes = report.engine().writes();
        var movement = report.engine().movement();
        line("");
        line(
                "lookups    %d hits, %d misses (%s hits)", reads.hits(), reads.misses(),
                percent(reads.hits(), reads.hits() + reads.misses()));
        line(
                "read       %s from memory, %s from flash", ByteSize.format(reads.memoryBytes()),
                ByteSize.format(reads.flashBytes()));
        line(
                "written    %s in %d commits, %d deletes", ByteSize.format(writes.bytes()),
                writes.commits(), writes.deletes());
        line(
                "moved      %s to flash, %s to memory; %d blocks dropped",
                ByteSize.format(movement.demotedBytes()), ByteSize.format(movement.promotedBytes()),
                movement.droppedBlocks());
        goal(report.engine().goal());
        var pacing = report.engine().pacing();
        line(
                "background %s at the pace of clients, %s at once; %s/s now",
                ByteSize.format(pacing.pacedBytes()), ByteSize.format(pacing.urgentBytes()),
                ByteSize.format(pacing.bytesPerSecond()));
        line(
                "flash      %s written for %s of content (%s)",
                ByteSize.format(movement.deviceBytesWritten()),
                ByteSize.format(movement.contentBytesWritten()),
                ratio(movement.deviceBytesWritten(), movement.contentBytesWritten()));
        if (report.engine().survival().slots() > 0) {
            line("start      %s", found(report.engine().survival()));
        }
        energy(report.energy());
        line("corrupt    %d blocks found, none served", report.engine().corruptBlocks());
    }

    private void goal(Goal goal) {
        if (goal.energy()) {
            line("goal       energy: bursts of %s, %d so far; halved %d times",
                    ByteSize.format(goal.burstBytes()), goal.bursts(), goal.halvings());
            line("goal       a read of flash takes %s, %s without bursts, at most %.2fx",
                    millis(goal.gatheringNanos() / 1e9), millis(goal.restingNanos() / 1e9),
                    goal.slack());
        }
    }

    private void energy(EnergyReport energy) {
        var tiers = energy.tiers().stream().filter(tier -> tier.joules() > 0).toList();
        for (var tier : tiers) {
            var sleep = tier.sleep();
            line("energy     %s as %s: %s modelled (%s idle%s)", tier.tier(), tier.medium(),
                    joules(tier.joules()), percent(tier.idleJoules() / tier.joules()),
                    sleep.seconds() == 0
                            ? ""
                            : ", " + percent(sleep.joules() / tier.joules()) + " asleep");
            if (sleep.seconds() > 0) {
                line("sleep      %s: %s modelled, woken %d times, %d by a read (%s each)",
                        tier.tier(), duration((long) sleep.seconds()), sleep.wakings(),
                        sleep.wakingReads(), millis(sleep.wakeSeconds()));
            }
        }
        if (!tiers.isEmpty()) {
            line("energy     %s a read, %s a write, modelled", joules(energy.readJoules()),
                    joules(energy.writeJoules()));
        }
        var compressing = energy.compressing();
        if (compressing.spentJoules() > 0) {
            line("compressed %s to %s: %s of processor for %s of flash, modelled",
                    ByteSize.format(compressing.contentBytes()),
                    ByteSize.format(compressing.storedBytes()), joules(compressing.spentJoules()),
                    joules(compressing.savedJoules()));
        }
        for (var zone : energy.measured()) {
            line("energy     %s: %s measured%s, of all programs", zone.zone(),
                    joules(zone.joules()),
                    zone.stepJoules() < 1
                            ? ""
                            : " in steps of " + joules(zone.stepJoules()));
        }
        for (var zone : energy.power()) {
            line("power      %s: %.2f W measured, of all programs", zone.zone(), zone.watts());
        }
    }

    private void doors(StatusReport report) {
        line("");
        line(
                "%-10s %12s %14s %10s %12s %12s", "door", "connections", "requests", "errors", "in",
                "out");
        for (var door : report.doors()) {
            line(
                    "%-10s %12d %14d %10d %12s %12s", door.name(), door.connections(),
                    door.requests(), door.errors(), ByteSize.format(door.bytesIn()),
                    ByteSize.format(door.bytesOut()));
        }
    }

    private static String found(Survival survival) {
        var dropped = survival.dropped()
                .entrySet()
                .stream()
                .filter(reason -> reason.getValue() > 0)
                .map(reason -> reason.getValue() + " " + reason.getKey())
                .toList();
        long total = survival.dropped().values().stream().mapToLong(Long::longValue).sum();
        return survival.foundBlocks() + " blocks (" + ByteSize.format(survival.foundBytes())
                + ") found in memory, " + total + " dropped"
                + (dropped.isEmpty() ? "" : " (" + String.join(", ", dropped) + ")");
    }

    @FormatMethod
    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }

    private static String size(long bytes) {
        return bytes < 0 ? "-" : ByteSize.format(bytes);
    }

    private static String seconds(@Nullable Long millis) {
        return millis == null ? "-" : String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }

    private static String millis(double seconds) {
        return String.format(Locale.ROOT, "%.2f ms", seconds * 1e3);
    }

    private static String joules(double joules) {
        if (joules >= 1000) {
            return String.format(Locale.ROOT, "%.1f kJ", joules / 1e3);
        }
        return joules >= 1 || joules == 0
                ? String.format(Locale.ROOT, "%.1f J", joules)
                : joules >= 1e-3
                        ? String.format(Locale.ROOT, "%.1f mJ", joules * 1e3)
                        : String.format(Locale.ROOT, "%.1f uJ", joules * 1e6);
    }

    private static String percent(long part, long whole) {
        return whole == 0 ? "-" : percent((double) part / whole);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String ratio(long part, long whole) {
        return whole == 0 ? "-" : String.format(Locale.ROOT, "%.2fx", (double) part / whole);
    }

    private static String duration(long seconds) {
        var time = Duration.ofSeconds(seconds);
        if (time.toDays() > 0) {
            return time.toDays() + " d " + time.toHoursPart() + " h";
        }
        if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return time.toMinutes() > 0
                ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                : seconds + " s";
    }
}

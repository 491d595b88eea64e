package dev.varve.server;

import dev.varve.server.EnergyReport.Measured;
import dev.varve.server.EnergyReport.OwnerEnergy;
import dev.varve.server.EnergyReport.Power;
import dev.varve.server.EnergyReport.TierEnergy;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// The energy meter's figures as meters; their names say what is modelled and what is measured.
///
/// Thread-safe: by the one volatile field and a concurrent set.
final class EnergyMetrics {
    private static final String WAKINGS = "How often it would have been woken, and by what";

    private final Supplier<EnergyReport> source;
    private final MeterRegistry registry;
    private final Set<List<Object>> known = ConcurrentHashMap.newKeySet();
    private volatile EnergyReport seen;

    EnergyMetrics(Supplier<EnergyReport> source, MeterRegistry registry) {
        this.source = source;
        this.registry = registry;
        seen = source.get();
        for (var tier : seen.tiers()) {
            tier(tier, "read", TierEnergy::readJoules);
            tier(tier, "write", TierEnergy::writeJoules);
            tier(tier, "idle", TierEnergy::idleJoules);
            tier(tier, "sleep", one -> one.sleep().joules());
            sleep(tier);
        }
        request("read", EnergyReport::readJoules);
        request("write", EnergyReport::writeJoules);
        compressing("spent", report -> report.compressing().spentJoules());
        compressing("saved", report -> report.compressing().savedJoules());
    }

    /// Takes a new look at the meter, which may know of more owners and zones than before.
    void refresh() {
        seen = source.get();
        for (var owner : seen.owners()) {
            count("modelled.owner.joules",
                    Tags.of("owner", owner.owner().name().toLowerCase(Locale.ROOT), "name",
                            owner.name()),
                    "Energy of what was moved for a bucket or a tenant, without idle power",
                    report -> report.owners()
                            .stream()
                            .filter(one -> one.owner() == owner.owner()
                                    && one.name().equals(owner.name()))
                            .mapToDouble(OwnerEnergy::joules)
                            .sum());
        }
        for (var zone : seen.measured()) {
            count("measured.joules", Tags.of("zone", zone.zone()),
                    "Energy since the server's start by the machine's meters, whatever used it",
                    report -> report.measured()
                            .stream()
                            .filter(one -> one.zone().equals(zone.zone()))
                            .mapToDouble(Measured::joules)
                            .sum());
        }
        for (var zone : seen.power()) {
            gauge("measured.watts", Tags.of("zone", zone.zone()),
                    "Power of a drive when it was asked last, by its own meter",
                    report -> report.power()
                            .stream()
                            .filter(one -> one.zone().equals(zone.zone()))
                            .mapToDouble(Power::watts)
                            .findFirst()
                            .orElse(Double.NaN));
        }
    }

    private void tier(TierEnergy tier, String work, ToDoubleFunction<TierEnergy> joules) {
        count("modelled.joules", Tags.of("tier", tier.tier(), "medium", tier.medium(), "work",
                work),
                "Energy of a tier: bytes times the medium's energy a byte, its idle power awake, and"
                        + " sleep with waking up",
                report -> sum(report, tier, joules));
    }

    private void sleep(TierEnergy tier) {
        var tags = Tags.of("tier", tier.tier(), "medium", tier.medium());
        count("modelled.asleep.seconds", tags,
                "How long the tier's device would have slept between what was asked of it",
                report -> sum(report, tier, one -> one.sleep().seconds()));
        count("modelled.wakings", tags.and("by", "read"), WAKINGS,
                report -> sum(report, tier, one -> one.sleep().wakingReads()));
        count("modelled.wakings", tags.and("by", "other"), WAKINGS,
                report -> sum(report, tier, one -> one.sleep().wakings()
                        - one.sleep().wakingReads()));
    }

    private static double sum(
            EnergyReport report,
            TierEnergy tier,
            ToDoubleFunction<TierEnergy> figure) {
        return report.tiers()
                .stream()
                .filter(one -> one.tier().equals(tier.tier()))
                .mapToDouble(figure)
                .sum();
    }

    private void compressing(String kind, ToDoubleFunction<EnergyReport> joules) {
        count("modelled.compression.joules", Tags.of("kind", kind),
                "Energy that compressing spent on the processor, and saved on flash", joules);
    }

    private void request(String operation, ToDoubleFunction<EnergyReport> joules) {
        gauge("modelled.request.joules", Tags.of("operation", operation),
                "Energy of a request that found or wrote something, on the average", joules);
    }

    private void gauge(
            String name,
            Tags tags,
            String description,
            ToDoubleFunction<EnergyReport> value) {
        if (known.add(List.of(name, tags))) {
            Gauge.builder("varve.energy." + name, this,
                    metrics -> value.applyAsDouble(metrics.seen))
                    .tags(tags)
                    .description(description)
                    .register(registry);
        }
    }

    private void count(
            String name,
            Tags tags,
            String description,
            ToDoubleFunction<EnergyReport> value) {
        if (known.add(List.of(name, tags))) {
            FunctionCounter
                    .builder("varve.energy." + name, this,
                            metrics -> value.applyAsDouble(metrics.seen))
                    .tags(tags)
                    .description(description)
                    .register(registry);
        }
    }
}

package dev.varve.server;

import dev.varve.server.EnergyReport.Measured;
import dev.varve.server.EnergyReport.OwnerEnergy;
import dev.varve.server.EnergyReport.TierEnergy;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
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
    private final Set<Tags> known = ConcurrentHashMap.newKeySet();
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
        for (var zone : seen.measured()) {
            count("measured.joules", Tags.of("zone", zone.zone()),
                    "Energy of the whole machine since the server's start, by its own meters",
                    report -> report.measured()
                            .stream()
                            .filter(one -> one.zone().equals(zone.zone()))
                            .mapToDouble(Measured::joules)
                            .sum());
        }
    }

    /// Takes a new look at the meter.
    void refresh() {
        seen = source.get();
        for (var owner : seen.owners()) {
            var tags = Tags.of("owner", owner.owner().name().toLowerCase(Locale.ROOT), "name",
                    owner.name());
            if (known.add(tags)) {
                count("modelled.owner.joules", tags,
                        "Energy of what was moved for a bucket or a tenant, without idle power",
                        report -> report.owners()
                                .stream()
                                .filter(one -> one.owner() == owner.owner()
                                        && one.name().equals(owner.name()))
                                .mapToDouble(OwnerEnergy::joules)
                                .sum());
            }
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
        Gauge.builder("varve.energy.modelled.request.joules", this,
                metrics -> joules.applyAsDouble(metrics.seen))
                .tags("operation", operation)
                .description("Energy of a request that found or wrote something, on the average")
                .register(registry);
    }

    private void count(
            String name,
            Tags tags,
            String description,
            ToDoubleFunction<EnergyReport> value) {
        FunctionCounter
                .builder("varve.energy." + name, this,
                        metrics -> value.applyAsDouble(metrics.seen))
                .tags(tags)
                .description(description)
                .register(registry);
    }
}

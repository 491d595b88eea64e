package dev.varve.server;

import dev.varve.engine.EngineStatus;
import dev.varve.engine.EngineStatus.Admissions;
import dev.varve.engine.EngineStatus.TierStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// The engine's figures as meters. All meters of one scrape show the same moment: the one at which
/// [#refresh] was called last.
///
/// Thread-safe: by the one volatile field.
final class EngineMetrics {
    private final Supplier<EngineStatus> source;
    private volatile EngineStatus seen;

    EngineMetrics(Supplier<EngineStatus> source, MeterRegistry registry) {
        this.source = source;
        this.seen = source.get();
        for (var tier : seen.tiers()) {
            tier(registry, tier.name());
        }
        reads(registry);
        writes(registry);
        movement(registry);
        admissions(registry);
        gauge(
                registry, "varve.accounted", Tags.empty(),
                "1 once the start's accounting has ended and object counts are exact",
                status -> status.accounted() ? 1 : 0);
    }

    /// Takes a new look at the engine.
    void refresh() {
        seen = source.get();
    }

    private void tier(MeterRegistry registry, String name) {
        var tags = Tags.of("tier", name);
        gauge(
                registry, "varve.tier.budget.bytes", tags, "Bytes that the tier may hold",
                status -> tierOf(status, name).budgetBytes());
        gauge(
                registry, "varve.tier.used.bytes", tags, "Bytes that the tier holds",
                status -> tierOf(status, name).usedBytes());
        gauge(
                registry, "varve.tier.blocks", tags, "Blocks that the tier holds",
                status -> tierOf(status, name).blocks());
    }

    private static TierStatus tierOf(EngineStatus status, String name) {
        return status.tiers()
                .stream()
                .filter(tier -> tier.name().equals(name))
                .findFirst()
                .orElse(new TierStatus(name, 0, 0, 0));
    }

    private void reads(MeterRegistry registry) {
        var memory = Tags.of("tier", "memory");
        var flash = Tags.of("tier", "flash");
        count(
                registry, "varve.lookups", Tags.of("outcome", "hit"),
                "Opens and heads of objects, by outcome", status -> status.reads().hits());
        count(
                registry, "varve.lookups", Tags.of("outcome", "miss"),
                "Opens and heads of objects, by outcome", status -> status.reads().misses());
        count(
                registry, "varve.read.blocks", memory, "Blocks handed out, by tier",
                status -> status.reads().memoryBlocks());
        count(
                registry, "varve.read.blocks", flash, "Blocks handed out, by tier",
                status -> status.reads().flashBlocks());
        count(
                registry, "varve.read.bytes", memory, "Block bytes handed out, by tier",
                status -> status.reads().memoryBytes());
        count(
                registry, "varve.read.bytes", flash, "Block bytes handed out, by tier",
                status -> status.reads().flashBytes());
        count(
                registry, "varve.corrupt.blocks", Tags.empty(),
                "Blocks whose checksum failed; none of them was served",
                EngineStatus::corruptBlocks);
    }

    private void writes(MeterRegistry registry) {
        count(
                registry, "varve.commits", Tags.empty(), "Objects made visible",
                status -> status.writes().commits());
        count(
                registry, "varve.deletes", Tags.empty(), "Objects removed by clients",
                status -> status.writes().deletes());
        count(
                registry, "varve.written.bytes", Tags.empty(), "Content bytes taken in",
                status -> status.writes().bytes());
    }

    private void movement(MeterRegistry registry) {
        count(
                registry, "varve.demoted.bytes", Tags.empty(),
                "Cache blocks written from memory to flash",
                status -> status.movement().demotedBytes());
        count(
                registry, "varve.promoted.bytes", Tags.empty(),
                "Blocks kept in memory after a read from flash",
                status -> status.movement().promotedBytes());
        count(
                registry, "varve.prefetched.bytes", Tags.empty(),
                "Blocks brought into memory before they were asked for",
                status -> status.movement().prefetchedBytes());
        count(
                registry, "varve.holds.refused", Tags.empty(),
                "Leases and pins not granted, because too much was held",
                status -> status.promises().refused());
        count(
                registry, "varve.dropped.blocks", Tags.empty(), "Cache blocks that left the store",
                status -> status.movement().droppedBlocks());
        count(
                registry, "varve.cleaned.bytes", Tags.empty(),
                "Durable blocks written again to free their segment",
                status -> status.movement().cleanedBytes());
        count(
                registry, "varve.reinserted.bytes", Tags.empty(),
                "Cache blocks written again to free their segment",
                status -> status.movement().reinsertedBytes());
        count(
                registry, "varve.flash.device.written.bytes", Tags.empty(),
                "All bytes that the flash device took",
                status -> status.movement().deviceBytesWritten());
        count(
                registry, "varve.flash.content.written.bytes", Tags.empty(),
                "First-time content bytes among the bytes that the flash device took",
                status -> status.movement().contentBytesWritten());
    }

    private void admissions(MeterRegistry registry) {
        admitted(registry, "room", Admissions::room);
        admitted(registry, "read", Admissions::read);
        admitted(registry, "returned", Admissions::returned);
        admitted(registry, "short-run", Admissions::shortRun);
        admitted(registry, "held", Admissions::held);
        refused(registry, "unread", Admissions::unread);
        refused(registry, "over-budget", Admissions::overBudget);
        count(
                registry, "varve.admission.waited.objects", Tags.empty(),
                "Cache objects that stayed in memory for a while before they were judged",
                status -> status.admissions().waited());
    }

    private void admitted(MeterRegistry registry, String rule, ToLongFunction<Admissions> count) {
        count(registry, "varve.admission.written.objects", Tags.of("rule", rule),
                "Cache objects that went to flash, by the rule that let them",
                status -> count.applyAsLong(status.admissions()));
    }

    private void refused(MeterRegistry registry, String rule, ToLongFunction<Admissions> count) {
        count(registry, "varve.admission.refused.objects", Tags.of("rule", rule),
                "Cache objects that were refused at admission to flash, by rule",
                status -> count.applyAsLong(status.admissions()));
    }

    private void count(
            MeterRegistry registry,
            String name,
            Tags tags,
            String description,
            ToDoubleFunction<EngineStatus> value) {
        FunctionCounter.builder(name, this, metrics -> value.applyAsDouble(metrics.seen))
                .tags(tags)
                .description(description)
                .register(registry);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            Tags tags,
            String description,
            ToDoubleFunction<EngineStatus> value) {
        Gauge.builder(name, this, metrics -> value.applyAsDouble(metrics.seen))
                .tags(tags)
                .description(description)
                .register(registry);
    }
}

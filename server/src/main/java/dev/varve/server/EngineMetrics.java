package dev.varve.server;

import dev.varve.engine.EngineStatus;
import dev.varve.engine.EngineStatus.Admissions;
import dev.varve.engine.EngineStatus.PlacementStatus;
import dev.varve.engine.EngineStatus.PrefetchStatus;
import dev.varve.engine.EngineStatus.ShareStatus;
import dev.varve.engine.EngineStatus.TierStatus;
import dev.varve.engine.PrefetchKind;
import dev.varve.policy.AutoPolicy.Point;
import dev.varve.policy.AutoPolicy.Report;
import dev.varve.policy.AutoPolicy.Standing;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// The engine's figures as meters. All meters of one scrape show the same moment: the one at which
/// [#refresh] was called last.
///
/// Thread-safe: by the one volatile field and a concurrent set.
final class EngineMetrics {
    private static final String OTHERS = "(others)";

    private final Supplier<EngineStatus> source;
    private final MeterRegistry registry;
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final Set<Part> placed = ConcurrentHashMap.newKeySet();
    private volatile EngineStatus seen;

    /// Whose eviction policy it is, as tags say it.
    private record Part(String tenant, String bucket) {}

    EngineMetrics(Supplier<EngineStatus> source, MeterRegistry registry) {
        this.source = source;
        this.registry = registry;
        this.seen = source.get();
        for (var tier : seen.tiers()) {
            tier(registry, tier.name());
        }
        reads(registry);
        writes(registry);
        movement(registry);
        pacing(registry);
        goal(registry);
        seen.prefetch().forEach(status -> prefetch(registry, status.kind()));
        device(registry);
        survival(registry);
        admissions(registry);
        gauge(
                registry, "varve.accounted", Tags.empty(),
                "1 once the start's accounting has ended and object counts are exact",
                status -> status.accounted() ? 1 : 0);
    }

    /// Takes a new look at the engine.
    void refresh() {
        seen = source.get();
        seen.shares().stream().map(ShareStatus::name).filter(known::add).forEach(this::share);
        for (var status : seen.placement()) {
            if (placed.add(part(status))) {
                placement(status);
            }
        }
    }

    /// Shows how a share's policy is chosen from now on.
    private void placement(PlacementStatus first) {
        var name = part(first);
        var tags = Tags.of("tenant", name.tenant(), "bucket", name.bucket());
        gauge(registry, "varve.placement.used.bytes", tags, "Memory that the bucket holds",
                status -> part(status, name, PlacementStatus::memoryBytes));
        gauge(registry, "varve.placement.target.bytes", tags,
                "Memory that the bucket may hold before others",
                status -> part(status, name, PlacementStatus::targetBytes));
        gauge(registry, "varve.placement.hit.ratio", tags,
                "Hits in memory of the references to sampled blocks, lately",
                status -> report(status, name, Report::hitRatio));
        gauge(registry, "varve.placement.regret", tags,
                "What the best rival would have had over that",
                status -> report(status, name, Report::regret));
        count(registry, "varve.placement.changes", tags, "Changes of the policy in force",
                status -> report(status, name, report -> report.changes()));
        for (var standing : first.report().standings()) {
            String rival = standing.rival();
            var own = tags.and("policy", rival);
            gauge(registry, "varve.placement.active", own,
                    "1 for the policy in force, 0 for others",
                    status -> report(status, name,
                            report -> report.active().equals(rival) ? 1 : 0));
            gauge(registry, "varve.placement.rival.hit.ratio", own,
                    "What each policy would have reached of the same references, lately",
                    status -> report(status, name, report -> report.standings()
                            .stream()
                            .filter(it -> it.rival().equals(rival))
                            .mapToDouble(Standing::hitRatio)
                            .sum()));
        }
        for (var point : first.report().curve()) {
            gauge(registry, "varve.placement.curve.hit.ratio",
                    tags.and("memory", point.factor() + "x"),
                    "What the policy in force would reach with memory of other sizes",
                    status -> report(status, name, report -> report.curve()
                            .stream()
                            .filter(it -> it.factor() == point.factor())
                            .mapToDouble(Point::hitRatio)
                            .sum()));
        }
    }

    private static Part part(PlacementStatus status) {
        return new Part(status.share().isEmpty() ? OTHERS : status.share(),
                status.own() ? String.join(", ", status.buckets()) : OTHERS);
    }

    private static double report(
            EngineStatus status,
            Part part,
            ToDoubleFunction<Report> figure) {
        return part(status, part, it -> figure.applyAsDouble(it.report()));
    }

    /// 0 where there is no such part any more.
    private static double part(
            EngineStatus status,
            Part part,
            ToDoubleFunction<PlacementStatus> figure) {
        return status.placement()
                .stream()
                .filter(it -> part(it).equals(part))
                .mapToDouble(figure)
                .sum();
    }

    /// Shows a share from now on; one that is there no more shows no bytes.
    private void share(String name) {
        var tags = Tags.of("tenant", name.isEmpty() ? OTHERS : name);
        gauge(registry, "varve.tenant.used.bytes", tags.and("tier", "memory"),
                "Bytes that the tenant holds", status -> of(status, name).memoryBytes());
        gauge(registry, "varve.tenant.used.bytes", tags.and("tier", "flash"),
                "Bytes that the tenant holds", status -> of(status, name).flashBytes());
        gauge(registry, "varve.tenant.quota.bytes", tags.and("tier", "memory"),
                "Bytes that the tenant may hold whatever others do",
                status -> of(status, name).memoryQuotaBytes());
        gauge(registry, "varve.tenant.quota.bytes", tags.and("tier", "flash"),
                "Bytes that the tenant may hold whatever others do",
                status -> of(status, name).flashQuotaBytes());
        gauge(registry, "varve.tenant.held.bytes", tags,
                "Bytes that leases and pins keep of the tenant",
                status -> of(status, name).heldBytes());
        count(registry, "varve.tenant.lookups", tags.and("outcome", "hit"),
                "Lookups of the tenant's keys, by outcome", status -> of(status, name).hits());
        count(registry, "varve.tenant.lookups", tags.and("outcome", "miss"),
                "Lookups of the tenant's keys, by outcome", status -> of(status, name).misses());
        count(registry, "varve.tenant.over.quota.blocks", tags,
                "Blocks that left flash because the tenant had more than its quota",
                status -> of(status, name).overQuota());
    }

    private static ShareStatus of(EngineStatus status, String name) {
        return status.shares()
                .stream()
                .filter(share -> share.name().equals(name))
                .findFirst()
                .orElse(new ShareStatus(name, 0, 0, 0, 0, 0, 0, 0, 0));
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

    private void survival(MeterRegistry registry) {
        gauge(
                registry, "varve.memory.slots", Tags.empty(),
                "Blocks that the memory tier's index has room for; 0 where memory ends with the"
                        + " process",
                status -> status.survival().slots());
        gauge(
                registry, "varve.memory.slots.used", Tags.empty(),
                "Blocks in memory that a kill of the process leaves there",
                status -> status.survival().usedSlots());
        count(
                registry, "varve.memory.unnoted.blocks", Tags.empty(),
                "Cache blocks that came into memory and found no room in its index",
                status -> status.survival().withoutSlot());
        count(
                registry, "varve.memory.found.blocks", Tags.empty(),
                "Blocks that the start found in memory and took up",
                status -> status.survival().foundBlocks());
        count(
                registry, "varve.memory.found.bytes", Tags.empty(),
                "Bytes of the blocks that the start found in memory and took up",
                status -> status.survival().foundBytes());
        for (var reason : seen.survival().dropped().keySet()) {
            count(
                    registry, "varve.memory.dropped", Tags.of("reason", reason),
                    "What the start found in memory and did not take up, by reason",
                    status -> status.survival().dropped().getOrDefault(reason, 0L));
        }
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
        compression(registry);
    }

    private void compression(MeterRegistry registry) {
        count(
                registry, "varve.compression.tried.bytes", Tags.empty(),
                "Content of blocks that were compressed to see whether it pays",
                status -> status.flash().compression().triedBytes());
        count(
                registry, "varve.compression.content.bytes", Tags.empty(),
                "Content of blocks that were written to flash compressed",
                status -> status.flash().compression().contentBytes());
        count(
                registry, "varve.compression.stored.bytes", Tags.empty(),
                "What these blocks took on flash",
                status -> status.flash().compression().storedBytes());
        count(
                registry, "varve.compression.seconds", Tags.of("work", "compress"),
                "Processor time of compressing and expanding",
                status -> status.flash().compression().compressNanos() / 1e9);
        count(
                registry, "varve.compression.seconds", Tags.of("work", "expand"),
                "Processor time of compressing and expanding",
                status -> status.flash().compression().expandNanos() / 1e9);
    }

    private void pacing(MeterRegistry registry) {
        gauge(
                registry, "varve.movement.allowed.bytes.per.second", Tags.empty(),
                "What background work on flash may move now while clients are at work",
                status -> status.pacing().bytesPerSecond());
        count(
                registry, "varve.movement.bytes", Tags.of("pace", "clients-first"),
                "Bytes that background work read from flash or wrote to it, by pace",
                status -> status.pacing().pacedBytes());
        count(
                registry, "varve.movement.bytes", Tags.of("pace", "urgent"),
                "Bytes that background work read from flash or wrote to it, by pace",
                status -> status.pacing().urgentBytes());
        count(
                registry, "varve.movement.waited.seconds", Tags.empty(),
                "How long background work waited for its turn",
                status -> status.pacing().waitedNanos() / 1e9);
        count(
                registry, "varve.movement.slowdowns", Tags.empty(),
                "How often the allowance was halved, because clients waited longer beside movement",
                status -> status.pacing().slowdowns());
        gauge(
                registry, "varve.movement.processor.wait.seconds", Tags.of("beside", "rest"),
                "95th percentile of how long a thread waits for a processor, lately",
                status -> status.pacing().restingNanos() / 1e9);
        gauge(
                registry, "varve.movement.processor.wait.seconds", Tags.of("beside", "movement"),
                "95th percentile of how long a thread waits for a processor, lately",
                status -> status.pacing().movingNanos() / 1e9);
    }

    private void goal(MeterRegistry registry) {
        gauge(
                registry, "varve.goal.burst.bytes", Tags.empty(),
                "How much is gathered in memory now before it is written to flash in one burst",
                status -> status.goal().burstBytes());
        count(
                registry, "varve.goal.bursts", Tags.empty(), "Bursts that were gathered",
                status -> status.goal().bursts());
        count(
                registry, "varve.goal.halvings", Tags.empty(),
                "How often the burst was halved, because reads of flash took longer for it",
                status -> status.goal().halvings());
        gauge(
                registry, "varve.goal.read.wait.seconds", Tags.of("beside", "rest"),
                "Mean wait for a read of flash lately, while the goal of energy rests and else",
                status -> status.goal().restingNanos() / 1e9);
        gauge(
                registry, "varve.goal.read.wait.seconds", Tags.of("beside", "bursts"),
                "Mean wait for a read of flash lately, while the goal of energy rests and else",
                status -> status.goal().gatheringNanos() / 1e9);
    }

    private void prefetch(MeterRegistry registry, PrefetchKind kind) {
        var tags = Tags.of("kind", kind.name().toLowerCase(Locale.ROOT));
        count(
                registry, "varve.prefetch.brought.up.bytes", tags,
                "Blocks brought into memory before they were asked for, by why",
                status -> of(status, kind).broughtUpBytes());
        count(
                registry, "varve.prefetch.useful.bytes", tags,
                "Those that were read before they left memory",
                status -> of(status, kind).usefulBytes());
        count(
                registry, "varve.prefetch.unread.bytes", tags,
                "Those that left memory unread, or waited for too long",
                status -> of(status, kind).unreadBytes());
        gauge(
                registry, "varve.prefetch.waiting.bytes", tags,
                "Those that wait for their first reader now",
                status -> of(status, kind).waitingBytes());
        gauge(
                registry, "varve.prefetch.allowance.bytes", tags,
                "How many may wait, by what became of the others",
                status -> of(status, kind).allowanceBytes());
    }

    private static PrefetchStatus of(EngineStatus status, PrefetchKind kind) {
        return status.prefetch()
                .stream()
                .filter(prefetch -> prefetch.kind() == kind)
                .findFirst()
                .orElse(new PrefetchStatus(kind, 0, 0, 0, 0, 0));
    }

    private void device(MeterRegistry registry) {
        gauge(
                registry, "varve.flash.answers", Tags.empty(),
                "1 while the flash device answers in time, 0 while the store does without it",
                status -> status.flash().answers() ? 1 : 0);
        count(
                registry, "varve.flash.overdue", Tags.empty(),
                "Operations given up because the flash device did not answer",
                status -> status.flash().overdueOperations());
        count(
                registry, "varve.flash.failed.transfers", Tags.empty(),
                "Transfers that the flash device refused",
                status -> status.flash().failedTransfers());
    }

    private void admissions(MeterRegistry registry) {
        admitted(registry, "room", Admissions::room);
        admitted(registry, "likely", Admissions::likely);
        admitted(registry, "held", Admissions::held);
        refused(registry, "unlikely", Admissions::unlikely);
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

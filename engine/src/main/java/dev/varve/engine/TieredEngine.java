package dev.varve.engine;

import dev.varve.bytes.SharedMemory;
import dev.varve.bytes.Slab;
import dev.varve.engine.EngineStatus.Device;
import dev.varve.engine.EngineStatus.Movement;
import dev.varve.engine.EngineStatus.Owner;
import dev.varve.engine.EngineStatus.Promises;
import dev.varve.engine.EngineStatus.Reads;
import dev.varve.engine.EngineStatus.ShareStatus;
import dev.varve.engine.EngineStatus.TierStatus;
import dev.varve.engine.EngineStatus.TrafficStatus;
import dev.varve.engine.EngineStatus.Writes;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import dev.varve.policy.EvictionPolicy;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import dev.varve.tier.SegmentTierCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/// The engine over one memory tier and one flash tier. The constructor is the plan of the house.
///
/// Thread-safe.
public final class TieredEngine implements Engine {
    private static final Duration DEMOTION_PAUSE = Duration.ofMillis(20);
    private static final Duration RECLAMATION_PAUSE = Duration.ofMillis(50);
    private static final Duration AMENDS_PAUSE = Duration.ofMillis(200);
    private static final Duration NUMBERS_PAUSE = Duration.ofMillis(100);
    private static final Duration HOLDS_PAUSE = Duration.ofMillis(500);
    private static final Duration PREFETCH_PAUSE = Duration.ofMillis(100);
    private static final Duration PULSE_PAUSE = Duration.ofMillis(100);

    /// How many objects are brought up at a time: what a flash device needs to be busy.
    private static final int PREFETCH_DEPTH = 4;

    private final Parts parts;
    private final EngineSettings settings;
    private final EngineCounters counters = new EngineCounters();
    private final BucketRegistry buckets;
    private final MemoryEviction eviction;
    private final Residency residency;
    private final FlashShares flashShares;
    private final IdSource ids;
    private final Holds holds;
    private final DepartureLog departures;
    private final Chains chains = new Chains();
    private final Accesses accesses;
    private final MovementControl movement;
    private final Gathering gathering;
    private final ObjectTable table;
    private final Amends amends;
    private final Recall recall;
    private final Admission admission;
    private final ClientOrders orders;
    private final Demotion demotion;
    private final Reclamation reclamation;
    private final Lookups lookups;
    private final ReadPath readPath;
    private final Prefetches prefetches;
    private final WritePath writePath;
    /// What a reader is about to ask for.
    private final Prefetch prefetch;
    private final EpochReadAhead epochs;
    /// What clients have asked to be brought up some time.
    private final Prefetch hints;
    private volatile Division division;
    private volatile boolean closed;

    /// What an engine is built of. The engine closes catalog, flash and tasks, in the order that
    /// keeps what was written; the slab stays open, since doors may still hold blocks of it.
    public record Parts(
            Catalog catalog,
            SegmentTier flash,
            Slab slab,
            LongFunction<EvictionPolicy> eviction,
            Clock clock,
            Tasks tasks) {}

    private TieredEngine(Parts parts, EngineSettings settings) {
        this.parts = parts;
        this.settings = settings;
        var catalog = parts.catalog();
        var flash = parts.flash();
        var clock = parts.clock();
        var locks = new KeyLocks();
        division = divided(List.of(), List.of());
        holds = new Holds(clock, division, counters);
        departures = new DepartureLog(clock);
        buckets = new BucketRegistry(catalog, clock);
        eviction = new MemoryEviction(parts.slab(), parts.eviction(), division);
        var index = new SlotIndex(parts.slab());
        residency = new Residency(parts.slab(), eviction, index, locks, counters);
        flashShares = new FlashShares(buckets, division);
        var revisions = new Revisions(catalog, flash, flashShares, counters);
        table = new ObjectTable(buckets, catalog, revisions, residency, locks, holds,
                departures, clock, counters);
        amends = new Amends(buckets, table);
        recall = new Recall(index, parts.slab(), buckets, catalog, residency, table, departures,
                clock, counters);
        admission = new Admission(settings, flash, parts.slab().capacityBytes(), clock);
        orders = new ClientOrders(clock, eviction, admission);
        lookups = new Lookups(counters, division);
        movement = new MovementControl(settings.movementBytesPerSecond(),
                () -> lookups.counted() + counters.commits.sum(), clock);
        gathering = new Gathering(settings.goal(), residency, clock);
        demotion = new Demotion(residency, table, flash, admission, clock, lookups, movement,
                gathering, counters);
        var source = new BlockSource(residency, flash, table, demotion, clock,
                settings.memoryWait(), movement, gathering, counters);
        reclamation = new Reclamation(flash, catalog, table, flashShares, source, residency,
                admission, movement, counters);
        accesses = new Accesses(division);
        prefetches = new Prefetches(parts.slab().capacityBytes(), clock);
        prefetch = new Prefetch(table, catalog, flash, source, prefetches, settings.readAhead());
        hints = new Prefetch(table, catalog, flash, source, prefetches, settings.readAhead());
        epochs = new EpochReadAhead(catalog, residency, prefetch, clock, settings.readAhead());
        readPath = new ReadPath(table, source, catalog, flash, lookups,
                new RangeReadAhead(residency, prefetch), epochs, counters);
        ids = new IdSource(catalog);
        writePath = new WritePath(table, source, residency, flash, catalog, reclamation, ids, clock,
                settings, admission, orders, accesses, lookups, counters);
    }

    /// How much room for notes ([Slab#notes]) this engine wants in a slab that outlives its
    /// process.
    ///
    /// @param memoryBytes budget of the memory tier
    public static long notesBytes(long memoryBytes) {
        return SlotIndex.notesBytes(memoryBytes);
    }

    /// Recovers what the tiers hold and starts the background work.
    ///
    /// @param parts owned by the engine once this returns
    public static TieredEngine open(Parts parts, EngineSettings settings) {
        var engine = new TieredEngine(parts, settings);
        engine.recover();
        engine.recall.run(engine.ids.first(), parts.tasks());
        var demoting = parts.tasks().repeat("demotion", DEMOTION_PAUSE, engine.demotion);
        engine.demotion.onWake(demoting::wake);
        var reclaiming = parts.tasks()
                .repeat(
                        "reclamation", RECLAMATION_PAUSE, engine.reclamation);
        engine.demotion.onFullFlash(() -> {
            engine.reclamation.noteNoRoom();
            reclaiming.wake();
        });
        parts.tasks().repeat("amends", AMENDS_PAUSE, engine.amends);
        parts.tasks().repeat("numbers", NUMBERS_PAUSE, engine.ids);
        parts.tasks().repeat("holds", HOLDS_PAUSE, engine.holds);
        var pulse = parts.tasks().repeat("pulse", PULSE_PAUSE, engine.movement);
        engine.movement.onWake(pulse::wake);
        engine.prefetch.onWake(Stream.iterate(1, i -> i + 1)
                .limit(PREFETCH_DEPTH)
                .map(i -> parts.tasks().repeat("prefetch-" + i, PREFETCH_PAUSE, engine.prefetch))
                .toList());
        var walking = parts.tasks().repeat("epochs", PREFETCH_PAUSE, engine.epochs);
        engine.epochs.onWake(walking::wake);
        engine.hints.onWake(List.of(parts.tasks()
                .repeat("hints", PREFETCH_PAUSE, engine.hints)));
        return engine;
    }

    @Override
    public Optional<Bucket> bucket(String name) {
        return buckets.byName(name).map(state -> TieredBucket.of(this, state));
    }

    @Override
    public Bucket createBucket(String name, BucketClass bucketClass) {
        requireOpen();
        return buckets.create(name, bucketClass)
                .map(state -> TieredBucket.of(this, state))
                .orElseThrow(() -> new StorageException(
                        StorageException.Kind.CONFLICT, "bucket " + name + " exists already"));
    }

    @Override
    public Bucket openBucket(String name, BucketClass bucketClass) {
        requireOpen();
        var state = buckets.byName(name)
                .or(() -> buckets.create(name, bucketClass))
                .or(() -> buckets.byName(name));
        return TieredBucket.of(this, state.orElseThrow());
    }

    @Override
    public void deleteBucket(String name) {
        requireOpen();
        var state = buckets.byName(name)
                .orElseThrow(() -> new StorageException(
                        StorageException.Kind.ABSENT, "bucket " + name + " does not exist"));
        try (var cursor = new MergedCursor(state, parts.catalog(), table, ObjectKey.EMPTY)) {
            if (cursor.next().isPresent()) {
                throw new StorageException(
                        StorageException.Kind.CONFLICT, "bucket " + name + " is not empty");
            }
        }
        buckets.delete(state);
        epochs.forget(state);
    }

    @Override
    public List<Bucket> buckets() {
        return buckets.all().stream().<Bucket>map(state -> TieredBucket.of(this, state)).toList();
    }

    @Override
    public synchronized void divide(List<ShareSettings> shares) {
        requireOpen();
        if (division.isOf(shares)) {
            return;
        }
        var next = divided(shares, division.shares());
        division = next;
        lookups.divide(next);
        accesses.divide(next);
        holds.divide(next, buckets::byId);
        residency.divide(next);
        reclamation.divide(next);
    }

    private Division divided(List<ShareSettings> shares, List<Share> before) {
        return new Division(
                shares, parts.slab().capacityBytes(), parts.flash().budgetBytes(), before);
    }

    @Override
    public void listen(Optional<AccessListener> listener) {
        accesses.listen(listener);
    }

    @Override
    public int newClient() {
        return accesses.newClient();
    }

    @Override
    public EngineStatus status() {
        var flash = parts.flash();
        var device = flash.counters();
        return new EngineStatus(
                List.of(
                        new TierStatus("memory", residency.capacityBytes(), residency.usedBytes(),
                                residency.count()),
                        new TierStatus("flash", flash.budgetBytes(), flash.usedBytes(),
                                counters.persistedBlocks.sum())),
                new Reads(counters.hits.sum(), counters.misses.sum(), counters.memoryBlocks.sum(),
                        counters.flashBlocks.sum(), counters.memoryBytes.sum(),
                        counters.flashBytes.sum()),
                new Writes(counters.commits.sum(), counters.deletes.sum(),
                        counters.writtenBytes.sum()),
                new Movement(counters.demotedBytes.sum(), counters.promotedBytes.sum(),
                        prefetches.broughtUpBytes(),
                        counters.droppedBlocks.sum(), counters.cleanedBytes.sum(),
                        counters.reinsertedBytes.sum(), device.deviceBytesWritten(),
                        device.contentBytesWritten(), device.bytesRead()),
                movement.status(), gathering.status(),
                new Promises(holds.count(), holds.heldBytes(), counters.refusedHolds.sum()),
                device(device),
                recall.survival(), admission.status(),
                counters.corruptBlocks.sum(), true, shareStatus(),
                eviction.placement(buckets.all()),
                traffic(), prefetches.status());
    }

    private static Device device(SegmentTierCounters counters) {
        var duty = counters.duty();
        return new Device(counters.failedTransfers(), counters.overdueOperations(),
                !counters.unwell(), duty.asleepNanos(), duty.wakings(), duty.wakingReads(),
                counters.compressed());
    }

    private List<TrafficStatus> traffic() {
        var all = new ArrayList<TrafficStatus>();
        buckets.all()
                .forEach(bucket -> all
                        .add(traffic(Owner.BUCKET, bucket.record().name(), bucket.traffic())));
        if (division.isDivided()) {
            division.shares()
                    .forEach(share -> all
                            .add(traffic(Owner.TENANT, share.name(), share.tally().traffic())));
        }
        return all;
    }

    private static TrafficStatus traffic(Owner owner, String name, Traffic traffic) {
        return new TrafficStatus(owner, name, traffic.memoryRead().sum(),
                traffic.flashRead().sum(), traffic.written().sum(), traffic.flashWritten().sum());
    }

    private List<ShareStatus> shareStatus() {
        return division.shares()
                .stream()
                .filter(share -> division.isDivided())
                .map(share -> new ShareStatus(share.name(), share.memoryBytes().isPresent()
                        ? eviction.bytes(share)
                        : -1, share.memoryBytes().orElse(-1),
                        share.flashBytes().isPresent() ? flashShares.bytes(share) : -1,
                        share.flashBytes().orElse(-1), share.held().get(),
                        share.tally().hits().sum(), share.tally().misses().sum(),
                        share.tally().overQuota().sum()))
                .toList();
    }

    @Override
    public Optional<SharedMemory> sharedMemory() {
        return parts.slab().shared();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        movement.end();
        gathering.end();
        parts.tasks().close();
        try {
            saveCache();
            for (var purpose : Purpose.values()) {
                parts.flash().seal(purpose);
            }
            parts.flash().sync();
        } finally {
            // Also where the device fails: what was acknowledged is on it already.
            try {
                parts.catalog().sync();
            } finally {
                parts.catalog().close();
                parts.flash().close();
            }
        }
    }

    void requireOpen() {
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "the store is closed");
        }
    }

    ClientOrders orders() {
        return orders;
    }

    Accesses accesses() {
        return accesses;
    }

    Lookups lookups() {
        return lookups;
    }

    void countDelete(CommitOutcome outcome) {
        if (outcome instanceof CommitOutcome.Done(var _, var previous) && previous.isPresent()) {
            counters.deletes.increment();
        }
    }

    Catalog catalog() {
        return parts.catalog();
    }

    ObjectTable table() {
        return table;
    }

    Demotion demotion() {
        return demotion;
    }

    Residency residency() {
        return residency;
    }

    Holds holds() {
        return holds;
    }

    DepartureLog departures() {
        return departures;
    }

    Chains chains() {
        return chains;
    }

    Reclamation reclamation() {
        return reclamation;
    }

    EpochReadAhead epochs() {
        return epochs;
    }

    Prefetch hints() {
        return hints;
    }

    Prefetch prefetch() {
        return prefetch;
    }

    Duration lease() {
        return settings.lease();
    }

    long epochMillis() {
        return parts.clock().epochMillis();
    }

    ReadPath readPath() {
        return readPath;
    }

    WritePath writePath() {
        return writePath;
    }

    /// Tells the flash tier which of its copies the catalog wants, and counts objects.
    private void recover() {
        try (var blocks = parts.catalog().allBlocks()) {
            for (var next = blocks.next(); next.isPresent(); next = blocks.next()) {
                counters.persistedBlocks.increment();
                parts.flash().adopt(next.get().place());
            }
        }
        for (var bucket : buckets.all()) {
            try (var objects = parts.catalog().objects(bucket.id(), ObjectKey.EMPTY)) {
                for (var next = objects.next(); next.isPresent(); next = objects.next()) {
                    bucket.persistedObjects().incrementAndGet();
                }
            }
        }
    }

    /// Writes what only memory has, and what would not be found there, to flash, for a bounded
    /// time.
    private void saveCache() {
        long deadline = parts.clock().nanoTime() + settings.closeWait().toNanos();
        admission.closing();
        switch (settings.memoryAtClose()) {
            case TO_FLASH -> residency.queueAll();
            case STAYS -> residency.queueUnnoted();
        }
        while (demotion.doWork() + amends.doWork() > 0 && parts.clock().nanoTime() < deadline) {
            // a batch at a time
        }
    }
}

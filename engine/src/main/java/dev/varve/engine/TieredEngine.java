package dev.varve.engine;

import dev.varve.bytes.Slab;
import dev.varve.engine.EngineStatus.Movement;
import dev.varve.engine.EngineStatus.Promises;
import dev.varve.engine.EngineStatus.Reads;
import dev.varve.engine.EngineStatus.TierStatus;
import dev.varve.engine.EngineStatus.Writes;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.PlacementRules;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The engine over one memory tier and one flash tier. The constructor is the plan of the house.
///
/// Thread-safe.
public final class TieredEngine implements Engine {
    private static final Duration DEMOTION_PAUSE = Duration.ofMillis(20);
    private static final Duration RECLAMATION_PAUSE = Duration.ofMillis(50);
    private static final Duration HOLDS_PAUSE = Duration.ofMillis(500);
    private static final Duration PREFETCH_PAUSE = Duration.ofMillis(100);

    /// How many objects are brought up at a time: what a flash device needs to be busy.
    private static final int PREFETCH_DEPTH = 4;

    /// The shares of memory and flash whose bytes clients may hold: enough for the chunks of some
    /// long prompts, and too little to stop eviction.
    private static final int HELD_MEMORY_SHARE = 4;
    private static final int HELD_FLASH_SHARE = 8;

    private final Parts parts;
    private final EngineSettings settings;
    private final EngineCounters counters = new EngineCounters();
    private final BucketRegistry buckets;
    private final Residency residency;
    private final Holds holds;
    private final DepartureLog departures;
    private final Chains chains = new Chains();
    private final ObjectTable table;
    private final Admission admission;
    private final Demotion demotion;
    private final Reclamation reclamation;
    private final ReadPath readPath;
    private final WritePath writePath;
    private final Prefetch prefetch;
    private volatile boolean closed;

    /// What an engine is built of. The engine closes catalog, flash and tasks, in the order that
    /// keeps what was written; the slab stays open, since doors may still hold blocks of it.
    public record Parts(
            Catalog catalog,
            SegmentTier flash,
            Slab slab,
            EvictionPolicy eviction,
            PlacementRules rules,
            Clock clock,
            Tasks tasks) {}

    private TieredEngine(Parts parts, EngineSettings settings) {
        this.parts = parts;
        this.settings = settings;
        var catalog = parts.catalog();
        var flash = parts.flash();
        var rules = parts.rules();
        var clock = parts.clock();
        var locks = new KeyLocks();
        holds = new Holds(clock, parts.slab().capacityBytes() / HELD_MEMORY_SHARE
                + flash.budgetBytes() / HELD_FLASH_SHARE, counters);
        departures = new DepartureLog(clock);
        buckets = new BucketRegistry(catalog, clock);
        residency = new Residency(parts.slab(), parts.eviction(), locks, counters);
        table = new ObjectTable(buckets, catalog, flash, residency, locks, holds, departures,
                clock, counters);
        admission = new Admission(settings.admission(), flash, parts.slab().capacityBytes(), clock);
        demotion = new Demotion(residency, table, flash, admission, counters);
        var source = new BlockSource(residency, flash, table, demotion, rules, clock,
                settings.memoryWait(), counters);
        reclamation = new Reclamation(flash, catalog, table, source, residency, rules,
                admission, counters);
        readPath = new ReadPath(table, source, catalog, flash, counters);
        writePath = new WritePath(table, source, residency, flash, catalog, reclamation,
                new IdSource(catalog), clock, settings, admission, counters);
        prefetch = new Prefetch(readPath, counters);
    }

    /// Recovers what the tiers hold and starts the background work.
    ///
    /// @param parts owned by the engine once this returns
    public static TieredEngine open(Parts parts, EngineSettings settings) {
        var engine = new TieredEngine(parts, settings);
        engine.recover();
        var demoting = parts.tasks().repeat("demotion", DEMOTION_PAUSE, engine.demotion);
        engine.demotion.onWake(demoting::wake);
        parts.tasks().repeat("reclamation", RECLAMATION_PAUSE, engine.reclamation);
        parts.tasks().repeat("holds", HOLDS_PAUSE, engine.holds);
        engine.prefetch.onWake(Stream.iterate(1, i -> i + 1)
                .limit(PREFETCH_DEPTH)
                .map(i -> parts.tasks().repeat("prefetch-" + i, PREFETCH_PAUSE, engine.prefetch))
                .toList());
        return engine;
    }

    @Override
    public Optional<Bucket> bucket(String name) {
        return buckets.byName(name).map(state -> new TieredBucket(this, state));
    }

    @Override
    public Bucket createBucket(String name, BucketClass bucketClass) {
        requireOpen();
        return buckets.create(name, bucketClass)
                .map(state -> new TieredBucket(this, state))
                .orElseThrow(() -> new StorageException(
                        StorageException.Kind.CONFLICT, "bucket " + name + " exists already"));
    }

    @Override
    public Bucket openBucket(String name, BucketClass bucketClass) {
        requireOpen();
        var state = buckets.byName(name)
                .or(() -> buckets.create(name, bucketClass))
                .or(() -> buckets.byName(name));
        return new TieredBucket(this, state.orElseThrow());
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
    }

    @Override
    public List<Bucket> buckets() {
        return buckets.all().stream().<Bucket>map(state -> new TieredBucket(this, state)).toList();
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
                        counters.prefetchedBytes.sum(),
                        counters.droppedBlocks.sum(), counters.cleanedBytes.sum(),
                        counters.reinsertedBytes.sum(), device.deviceBytesWritten(),
                        device.contentBytesWritten()),
                new Promises(holds.count(), holds.heldBytes(), counters.refusedHolds.sum()),
                admission.status(),
                counters.corruptBlocks.sum(), true);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        parts.tasks().close();
        saveCache();
        for (var purpose : Purpose.values()) {
            parts.flash().seal(purpose);
        }
        parts.flash().sync();
        parts.catalog().sync();
        parts.catalog().close();
        parts.flash().close();
    }

    void requireOpen() {
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "the store is closed");
        }
    }

    void count(boolean hit) {
        (hit ? counters.hits : counters.misses).increment();
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
                parts.flash().adopt(next.get().place(), next.get().info().lengthBytes());
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

    /// Writes what only memory has to flash, for a bounded time.
    private void saveCache() {
        long deadline = parts.clock().nanoTime() + settings.closeWait().toNanos();
        admission.closing();
        residency.queueAll();
        while (demotion.doWork() > 0 && parts.clock().nanoTime() < deadline) {
            // a batch at a time
        }
    }
}

package dev.varve.store;

import dev.varve.engine.CatalogSettings;
import dev.varve.engine.Engine;
import dev.varve.engine.GuardedCatalog;
import dev.varve.engine.PlacementGoal;
import dev.varve.engine.RocksCatalog;
import dev.varve.engine.TieredEngine;
import dev.varve.env.Clock;
import dev.varve.env.FolderDisk;
import dev.varve.env.NativeThreads;
import dev.varve.env.Randomness;
import dev.varve.env.SystemTasks;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.MemoryPolicy;
import dev.varve.tier.Compression;
import dev.varve.tier.DeviceGuard;
import dev.varve.tier.DeviceGuard.Patience;
import dev.varve.tier.DutyMeter;
import dev.varve.tier.GuardedTier;
import dev.varve.tier.flash.FlashSettings;
import dev.varve.tier.flash.FlashTier;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongFunction;

/// A folder opened as a store. One process at a time holds a folder.
///
/// Layout of the folder:
///
///     LOCK      held while the store is open; names the process that holds it or held it last
///     FORMAT    version of everything below
///     catalog/  which blocks an object has and where they lie (RocksDB)
///     flash/    segment files
///
/// Thread-safe.
public final class Store implements AutoCloseable {
    static final String CATALOG_FOLDER = "catalog";
    static final String FLASH_FOLDER = "flash";

    /// More than a disk has use for at a time, and few enough threads to hang.
    private static final int CATALOG_CALLS = 32;

    private final Deque<AutoCloseable> parts;
    private final Engine engine;
    private final List<String> remarks;

    private Store(Deque<AutoCloseable> parts, Engine engine, List<String> remarks) {
        this.parts = parts;
        this.engine = engine;
        this.remarks = List.copyOf(remarks);
    }

    /// Opens the store in a folder, which is created if need be, and recovers it.
    ///
    /// @throws dev.varve.env.StorageException CONFLICT if another process holds the folder,
    /// CONFIG if a
    ///         newer version wrote it or it cannot be used, CORRUPT if the catalog is damaged
    public static Store open(Path folder, StoreSettings settings) {
        var parts = new ArrayDeque<AutoCloseable>();
        try {
            var clock = Clock.system();
            var lock = held(parts, FolderLock.take(folder));
            var guard = held(parts, new DeviceGuard(
                    "flash", Patience.DEFAULT, clock, new SystemTasks()));
            var catalog = held(parts, new GuardedCatalog(
                    RocksCatalog.open(folder.resolve(CATALOG_FOLDER), CatalogSettings.DEFAULT),
                    guard, new NativeThreads("catalog", CATALOG_CALLS)));
            var disk = held(parts, FolderDisk.open(folder.resolve(FLASH_FOLDER),
                    settings.directIo() ? FolderDisk.Access.DIRECT : FolderDisk.Access.BUFFERED));
            var flash = held(parts, new GuardedTier(FlashTier.open(
                    disk,
                    FlashSettings.forBudget(settings.flashBytes()).with(compression(settings)),
                    clock, Randomness.system()), guard,
                    new DutyMeter(settings.medium().sleepAfterNanos(), clock),
                    new SystemTasks()));
            var memory = MemoryOpening.open(
                    folder, lock, settings.memoryBytes(), settings.memoryHome());
            var slab = held(parts, memory.slab());
            var engine = TieredEngine.open(new TieredEngine.Parts(catalog, flash, slab,
                    eviction(settings), clock, new SystemTasks()),
                    settings.engine().with(memory.atClose()));
            parts.clear(); // the engine closes its parts
            parts.push(lock);
            parts.push(guard);
            // A transfer that hangs may still reach into it.
            parts.push(() -> {
                if (guard.answers()) {
                    slab.close();
                }
            });
            parts.push(disk);
            parts.push(() -> {
                engine.close();
                memory.stopped();
            });
            return new Store(parts, engine, remarks(disk, memory));
        } catch (RuntimeException failed) {
            closeAll(parts, failed);
            throw failed;
        }
    }

    /// The engine; closed with the store.
    public Engine engine() {
        return engine;
    }

    /// What this machine does not offer and the store does without, one line each, for the
    /// start's log.
    public List<String> remarks() {
        return remarks;
    }

    @Override
    public void close() {
        var failed = new IllegalStateException("the store did not close cleanly");
        closeAll(parts, failed);
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }

    private static LongFunction<EvictionPolicy> eviction(StoreSettings settings) {
        var random = Randomness.system();
        return capacityBytes -> MemoryPolicy.ofBuckets(
                settings.eviction(), settings.engine().blocksWait(), capacityBytes,
                random.nextLong());
    }

    private static Compression compression(StoreSettings settings) {
        return switch (settings.compressing()) {
            case NEVER -> new Compression.Never();
            case ALWAYS -> new Compression.Always();
            case AUTO -> switch (settings.engine().goal()) {
                case PlacementGoal.Latency() -> new Compression.Never();
                case PlacementGoal.Energy(var slack) ->
                    new Compression.Saving(settings.medium().energy(), slack);
            };
        };
    }

    private static List<String> remarks(FolderDisk disk, MemoryOpening memory) {
        var remarks = new ArrayList<String>();
        if (!disk.isDirect()) {
            remarks.add("flash goes through the page cache: no direct I/O");
        }
        remarks.addAll(memory.remarks());
        return remarks;
    }

    private static <T extends AutoCloseable> T held(Deque<AutoCloseable> parts, T part) {
        parts.push(part);
        return part;
    }

    private static void closeAll(Deque<AutoCloseable> parts, Exception failed) {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
        }
    }
}

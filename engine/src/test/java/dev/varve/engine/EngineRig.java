package dev.varve.engine;

import dev.varve.bytes.BuddySlab;
import dev.varve.policy.AutoPolicy;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.LruPolicy;
import dev.varve.policy.Partition;
import dev.varve.policy.Rival;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.ManualTasks;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.tier.flash.FlashSettings;
import dev.varve.tier.flash.FlashTier;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.LongFunction;

/// A small engine on simulated parts: 1 MiB of memory, flash in segments of 1 MiB, blocks of 64
/// KiB in durable buckets, background work by hand.
final class EngineRig implements AutoCloseable {
    static final int MEMORY_BYTES = 1 << 20;
    static final EngineSettings SETTINGS = new EngineSettings(
            64 << 10, 256 << 10, Duration.ofMillis(3), Duration.ofSeconds(1),
            Duration.ofSeconds(10), EngineSettings.MemoryAtClose.TO_FLASH, true,
            new AdmissionSettings(AdmissionSettings.Mode.ALL, AdmissionSettings.UNLIMITED),
            EngineSettings.UNLIMITED, new PlacementGoal.Latency());

    final ManualClock clock = new ManualClock();
    private final long seed;
    private final long flashBytes;
    private final EngineSettings settings;
    SimulatedDisk disk;
    SimulatedCatalog catalog = new SimulatedCatalog();
    ManualTasks tasks = new ManualTasks();
    private final long memoryBytes;
    private final LongFunction<EvictionPolicy> policy;
    BuddySlab slab;
    TieredEngine engine;

    EngineRig(long seed, long flashBytes) {
        this(seed, flashBytes, SETTINGS);
    }

    EngineRig(long seed, long flashBytes, EngineSettings settings) {
        this(seed, flashBytes, settings, MEMORY_BYTES, _ -> new LruPolicy());
    }

    EngineRig(
            long seed,
            long flashBytes,
            EngineSettings settings,
            long memoryBytes,
            LongFunction<EvictionPolicy> policy) {
        this.settings = settings;
        this.memoryBytes = memoryBytes;
        this.policy = policy;
        this.slab = BuddySlab.open(memoryBytes);
        this.seed = seed;
        this.flashBytes = flashBytes;
        this.disk = new SimulatedDisk(seed);
        this.engine = start();
    }

    Bucket durable() {
        return engine.openBucket("d", BucketClass.DURABLE);
    }

    Bucket cache() {
        return engine.openBucket("c", BucketClass.CACHE);
    }

    /// Ends the process without a word and starts the next one; what was written stays.
    void kill() {
        catalog = catalog.restart();
        restart();
    }

    /// Takes the power away; what was not flushed may be lost or torn.
    void powerFailure(long seed) {
        disk = disk.crash();
        catalog = catalog.crash(seed);
        restart();
    }

    /// Ends the process in order and starts the next one.
    void closeAndReopen() {
        engine.close();
        catalog = catalog.restart();
        restart();
    }

    @Override
    public void close() {
        engine.close();
        tasks.close();
        slab.close();
    }

    private void restart() {
        slab.close();
        tasks = new ManualTasks();
        slab = BuddySlab.open(memoryBytes);
        engine = start();
    }

    private TieredEngine start() {
        var flash = FlashTier.open(disk, new FlashSettings(flashBytes, 1 << 20, 4), clock,
                new SplittableRandom(seed));
        return TieredEngine.open(
                new TieredEngine.Parts(catalog, flash, slab, policy, clock, tasks),
                settings);
    }

    /// Policies as a store has them, with so small a sample that blocks are handed over.
    static EvictionPolicy auto(long capacityBytes) {
        return new Partition(bytes -> new AutoPolicy(
                Rival.all(1), bytes, AutoPolicy.Tuning.forSample(8)), capacityBytes);
    }
}

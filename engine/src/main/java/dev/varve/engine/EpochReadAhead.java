package dev.varve.engine;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import dev.varve.policy.ReadAheadLead;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Reads ahead of data loaders, which read a bucket in epochs, each time in another order: brings
/// up what the present epoch has not read yet. A bucket is a data set; see [EpochDataset].
///
/// Only objects that are large enough to wait for count. All buckets together may have
/// [#MOST_KNOWN] blocks known, some 16 bytes each; one that finds no room is not recognised. What
/// nobody reads for an hour or two is forgotten.
///
/// Thread-safe; the worker is one.
final class EpochReadAhead implements Tasks.Worker {
    static final int MOST_KNOWN = 3 << 19;
    private static final Duration IDLE = Duration.ofHours(1);

    private final Catalog catalog;
    private final Residency residency;
    private final Prefetch prefetch;
    private final Clock clock;
    private final boolean isOn;
    /// By the ids of their buckets.
    private final ConcurrentMap<Integer, EpochDataset> datasets = new ConcurrentHashMap<>();
    private final AtomicInteger known = new AtomicInteger();
    private long sweptAtNanos;
    private volatile Runnable wake = () -> {};

    /// @param isOn whether anything is brought up that no client has asked for
    EpochReadAhead(
            Catalog catalog,
            Residency residency,
            Prefetch prefetch,
            Clock clock,
            boolean isOn) {
        this.catalog = catalog;
        this.residency = residency;
        this.prefetch = prefetch;
        this.clock = clock;
        this.isOn = isOn;
        sweptAtNanos = clock.nanoTime();
    }

    /// Says how to run this worker soon.
    void onWake(Runnable waker) {
        wake = waker;
    }

    /// A block of an object is read. Never blocks.
    ///
    /// @param found whether it was in memory
    void read(BucketState bucket, Catalog.StoredObject stored, int block, boolean found) {
        if (!isOn || stored.info().sizeBytes() < ReadAheadLead.LEAST_BYTES) {
            return;
        }
        var dataset = datasets.get(bucket.id());
        if (dataset == null) {
            dataset = datasets.computeIfAbsent(bucket.id(), _ -> new EpochDataset(bucket, known));
        }
        if (dataset.read(BlockNames.of(bucket, stored, block), found)) {
            wake.run();
        }
    }

    /// How many blocks are remembered.
    int known() {
        return known.get();
    }

    /// A bucket is gone.
    void forget(BucketState bucket) {
        var gone = datasets.remove(bucket.id());
        if (gone != null) {
            gone.forget();
        }
    }

    @Override
    public int doWork() {
        if (clock.nanoTime() - sweptAtNanos > IDLE.toNanos()) {
            sweptAtNanos = clock.nanoTime();
            datasets.values()
                    .stream()
                    .filter(EpochDataset::isIdle)
                    .map(EpochDataset::bucket)
                    .forEach(this::forget);
        }
        int done = 0;
        for (var dataset : datasets.values()) {
            try {
                done += dataset.goAhead(catalog, residency, prefetch);
            } catch (StorageException silent) {
                // its readers are told
            }
        }
        return done;
    }
}

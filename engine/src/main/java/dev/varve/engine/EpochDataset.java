package dev.varve.engine;

import dev.varve.engine.Catalog.StoredObject;
import dev.varve.policy.EpochRecogniser;
import dev.varve.tier.BlockInfo;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/// A bucket as data loaders see it: whether it is read in epochs, and how far this one was read
/// ahead. Each epoch the catalog is walked once in the order of keys, which is as good as any, and
/// what is due comes up.
///
/// **How much.** A block that a reader found in memory is not needed there before the next epoch,
/// so another one may come up in its place: one for each that was found. Thus reading ahead never
/// costs more reads of flash than it saves, and goes no faster than its reader. Nothing comes up
/// while memory's policy does not know of epochs: it would let go of it before it is read.
///
/// Thread-safe: what readers tell is under a lock, the walk confined to one worker.
final class EpochDataset {
    /// Blocks found whose places were not used yet, at most.
    private static final int MOST_PLACES = 16;
    /// Blocks that are looked for in the catalog at a time.
    private static final int STEP = 64;

    private final BucketState bucket;
    private final AtomicInteger knownInAll;
    private final ReentrantLock lock = new ReentrantLock();
    private final EpochRecogniser epochs;
    private int known;
    private int places;
    private boolean isActive;

    private final Queue<Candidate> next = new ArrayDeque<>();
    private ObjectKey from = ObjectKey.EMPTY;
    private volatile boolean isThrough;
    private long walkedPass = -1;

    private record Candidate(StoredObject stored, int block) {
        BlockInfo info() {
            return stored.blocks().get(block);
        }
    }

    /// @param knownInAll how many blocks all data sets remember together
    EpochDataset(BucketState bucket, AtomicInteger knownInAll) {
        this.bucket = bucket;
        this.knownInAll = knownInAll;
        epochs = new EpochRecogniser(
                () -> EpochReadAhead.MOST_KNOWN - knownInAll.get() + known);
    }

    BucketState bucket() {
        return bucket;
    }

    /// A block is read. Where another thread is at it, losing one is cheaper than waiting.
    ///
    /// @param found whether it was in memory
    /// @return whether another one may come up for it
    boolean read(long name, boolean found) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            isActive = true;
            boolean isFirst = epochs.read(name);
            report();
            boolean leavesPlace = isFirst && found && epochs.isSure();
            if (leavesPlace) {
                places = Math.min(places + 1, MOST_PLACES);
            }
            return leavesPlace && !isThrough;
        } finally {
            lock.unlock();
        }
    }

    /// Whether nobody has read since it was asked before.
    boolean isIdle() {
        lock.lock();
        try {
            boolean wasActive = isActive;
            isActive = false;
            return !wasActive;
        } finally {
            lock.unlock();
        }
    }

    void forget() {
        lock.lock();
        try {
            epochs.forget();
            report();
        } finally {
            lock.unlock();
        }
    }

    /// Asks for what comes next, as much as may be, and looks for it in one step at most.
    ///
    /// @return 0 where there is nothing to do now
    int goAhead(Catalog catalog, Residency residency, Prefetch prefetch) {
        if (!residency.isSure(bucket, from)) {
            return 0;
        }
        int done = 0;
        while (hasPlace()) {
            if (next.isEmpty()) {
                return done > 0 || isThrough ? done : walk(catalog);
            }
            var candidate = next.element();
            if (isMissing(candidate, residency)) {
                var key = candidate.stored.info().key();
                long bytes = candidate.info().lengthBytes();
                if (!prefetch.guess(PrefetchKind.EPOCH, bucket, key, candidate.block, bytes)) {
                    return done;
                }
                takePlace();
            }
            next.remove();
            done++;
        }
        return done;
    }

    /// Goes on with the walk, or begins a new one with the epoch.
    private boolean hasPlace() {
        lock.lock();
        try {
            if (walkedPass != epochs.passes()) {
                walkedPass = epochs.passes();
                places = 0;
                next.clear();
                from = ObjectKey.EMPTY;
                isThrough = false;
            }
            return epochs.isSure() && places > 0;
        } finally {
            lock.unlock();
        }
    }

    private int walk(Catalog catalog) {
        int found = 0;
        try (var cursor = catalog.objects(bucket.id(), ObjectKey.EMPTY)) {
            cursor.seek(from);
            while (next.size() < STEP && !isThrough) {
                var stored = cursor.next();
                isThrough = stored.isEmpty();
                stored.ifPresent(this::add);
                found++;
            }
        }
        return found;
    }

    private void add(StoredObject stored) {
        from = stored.info().key().successor();
        for (int block = 0; block < stored.blocks().size(); block++) {
            next.add(new Candidate(stored, block));
        }
    }

    private boolean isMissing(Candidate candidate, Residency residency) {
        long name = BlockNames.of(bucket, candidate.stored, candidate.block);
        lock.lock();
        try {
            return epochs.isDue(name) && !residency.isResident(candidate.info().id());
        } finally {
            lock.unlock();
        }
    }

    private void takePlace() {
        lock.lock();
        try {
            places--;
        } finally {
            lock.unlock();
        }
    }

    private void report() {
        knownInAll.addAndGet(epochs.known() - known);
        known = epochs.known();
    }
}

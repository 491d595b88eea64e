package dev.varve.engine;

import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.Change;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.tier.SegmentTier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Changes of the catalog together with what follows from them: which copies on flash are wanted,
/// and what is counted.
///
/// Thread-safe.
final class Revisions {
    private final Catalog catalog;
    private final SegmentTier flash;
    private final FlashShares flashShares;
    private final EngineCounters counters;

    Revisions(
            Catalog catalog,
            SegmentTier flash,
            FlashShares flashShares,
            EngineCounters counters) {
        this.catalog = catalog;
        this.flash = flash;
        this.flashShares = flashShares;
        this.counters = counters;
    }

    Revision begin() {
        return new Revision();
    }

    /// Changes that belong together, removals first. It answers for the copies that were added to
    /// it: they are given back if the catalog never names them. What follows from the commit is
    /// done when its outcome is known, which may be long after the commit was given up.
    ///
    /// Confined to one thread.
    final class Revision implements AutoCloseable {
        private final List<Change> removals = new ArrayList<>();
        private final List<Change> puts = new ArrayList<>();
        private final List<BlockEntry> added = new ArrayList<>();
        private final List<BlockEntry> retired = new ArrayList<>();
        private final Map<BucketState, Integer> objects = new LinkedHashMap<>();
        private boolean ended;

        /// Adds a new object, whose copies are added beside.
        void put(BucketState bucket, StoredObject object) {
            objects.merge(bucket, 1, Integer::sum);
            describe(bucket, object);
        }

        /// Describes an object anew that the catalog has.
        void describe(BucketState bucket, StoredObject object) {
            puts.add(new Change.PutObject(bucket.id(), object));
        }

        /// Names a copy that was just written.
        void add(BlockEntry copy) {
            added.add(copy);
            pass(copy);
        }

        /// Gives a copy that the catalog names another owner.
        void pass(BlockEntry copy) {
            puts.add(new Change.PutBlock(copy));
        }

        /// Names a block's new copy instead of its present one.
        void move(BlockEntry from, BlockEntry to) {
            retired.add(from);
            add(to);
        }

        /// Takes an object out with these of its copies.
        void remove(BucketState bucket, ObjectKey key, List<BlockEntry> copies) {
            objects.merge(bucket, -1, Integer::sum);
            removals.add(new Change.RemoveObject(bucket.id(), key));
            copies.forEach(copy -> removals.add(new Change.RemoveBlock(copy.info().id())));
            retired.addAll(copies);
        }

        /// Commits the changes, if there are any. Where this throws, they may come about all the
        /// same, until the catalog answers again.
        void commit() {
            ended = true;
            var changes = Stream.concat(removals.stream(), puts.stream()).toList();
            if (!changes.isEmpty()) {
                catalog.commit(changes, this::hear);
            }
        }

        /// Gives back what was added, if nothing was committed.
        @Override
        public void close() {
            if (!ended) {
                ended = true;
                release(added);
            }
        }

        private void hear(boolean applied) {
            if (!applied) {
                release(added);
                return;
            }
            objects.forEach((bucket, change) -> bucket.persistedObjects().addAndGet(change));
            counters.persistedBlocks.add(added.size() - retired.size());
            flashShares.committed(puts);
            release(retired);
            retired.forEach(flashShares::removed);
        }

        private void release(List<BlockEntry> copies) {
            copies.forEach(copy -> flash.release(copy.place()));
        }
    }
}

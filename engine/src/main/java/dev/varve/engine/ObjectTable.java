package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.Change;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.engine.CommitOutcome.Done;
import dev.varve.engine.CommitOutcome.Refused;
import dev.varve.engine.Departure.Reason;
import dev.varve.engine.PrefetchMeter.Prefetched;
import dev.varve.env.Clock;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import dev.varve.tier.SegmentTier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What every key means: in memory for objects that have something there, in the catalog for
/// persisted ones. All changes of a key's meaning are in here, each under the key's lock.
///
/// An object in [BucketState#live] is the present version. Where a key is not in there, the catalog
/// says what it means.
///
/// Thread-safe: [KeyLocks].
final class ObjectTable {
    private final BucketRegistry buckets;
    private final Catalog catalog;
    private final SegmentTier flash;
    private final Residency residency;
    private final FlashShares flashShares;
    private final KeyLocks locks;
    private final Holds holds;
    private final DepartureLog departures;
    private final Clock clock;
    private final EngineCounters counters;

    ObjectTable(
            BucketRegistry buckets,
            Catalog catalog,
            SegmentTier flash,
            Residency residency,
            FlashShares flashShares,
            KeyLocks locks,
            Holds holds,
            DepartureLog departures,
            Clock clock,
            EngineCounters counters) {
        this.buckets = buckets;
        this.catalog = catalog;
        this.flash = flash;
        this.residency = residency;
        this.flashShares = flashShares;
        this.locks = locks;
        this.holds = holds;
        this.departures = departures;
        this.clock = clock;
        this.counters = counters;
    }

    /// A block of an object that is about to be committed: in memory, on flash, or both.
    ///
    /// @param block borrowed from whoever prepared it
    record Draft(BlockInfo info, @Nullable Block block, @Nullable Place place) {}

    /// The present version of a key that has not expired.
    Optional<StoredObject> find(BucketState bucket, ObjectKey key) {
        return findEvenExpired(bucket, key).filter(this::isCurrent);
    }

    /// The present version of a key, though it may have expired.
    Optional<StoredObject> findEvenExpired(BucketState bucket, ObjectKey key) {
        var live = bucket.live().get(key);
        return live != null ? Optional.of(live.stored()) : catalog.object(bucket.id(), key);
    }

    /// As [#find], from memory alone.
    Peek<LiveObject> tryFind(BucketState bucket, ObjectKey key) {
        var live = bucket.live().get(key);
        if (live != null) {
            return isCurrent(live.stored()) ? new Peek.Hit<>(live) : new Peek.Miss<>();
        }
        return catalog.mayHaveObject(bucket.id(), key) ? new Peek.Unsure<>() : new Peek.Miss<>();
    }

    /// The present version of a key, which stays for a while from now on; see [Holds]. What a
    /// durable bucket has stays anyway.
    Held hold(BucketState bucket, ObjectKey key, Duration time) {
        var lock = locks.of(bucket, key);
        lock.lock();
        try {
            var current = present(bucket, key).current();
            return new Held(current, current.isPresent() && hold(bucket, current.get(), time));
        } finally {
            lock.unlock();
        }
    }

    /// What there is, and whether it is held now.
    record Held(Optional<ObjectInfo> info, boolean sure) {}

    /// As [#hold], from memory alone.
    Peek<ObjectInfo> tryHold(BucketState bucket, ObjectKey key, Duration time) {
        var lock = locks.of(bucket, key);
        if (!lock.tryLock()) {
            return new Peek.Unsure<>();
        }
        try {
            return switch (tryFind(bucket, key)) {
                case Peek.Hit<LiveObject>(var live) -> {
                    hold(bucket, live.stored().info(), time);
                    yield new Peek.Hit<>(live.stored().info());
                }
                case Peek.Miss<LiveObject> _ -> new Peek.Miss<>();
                case Peek.Unsure<LiveObject> _ -> new Peek.Unsure<>();
            };
        } finally {
            lock.unlock();
        }
    }

    /// Whether an object may not be dropped: a hold is on it, or it is the label of a body that is
    /// there.
    boolean mustStay(BucketState bucket, ObjectKey key) {
        return holds.isHeld(bucket, key) || Pairs.bodyOf(key)
                .filter(body -> bucket.live().containsKey(body)
                        || catalog.object(bucket.id(), body).isPresent())
                .isPresent();
    }

    private boolean hold(BucketState bucket, ObjectInfo info, Duration time) {
        return bucket.isDurable() || holds.hold(bucket, info, time);
    }

    /// Makes a new version visible, if the precondition holds of the present one, which it
    /// replaces.
    ///
    /// @param drafts one for each block of `next`: all on flash, or (in a cache bucket) all in
    /// memory
    CommitOutcome replace(
            BucketState bucket,
            StoredObject next,
            List<Draft> drafts,
            Precondition precondition) {
        var lock = locks.of(bucket, next.info().key());
        lock.lock();
        try {
            var present = present(bucket, next.info().key());
            if (!precondition.holds(present.current())) {
                return new Refused(present.current());
            }
            boolean persisted = drafts.stream().allMatch(draft -> draft.place() != null);
            var changes = new ArrayList<Change>();
            var retired = retire(bucket, present, changes);
            if (persisted) {
                changes.add(new Change.PutObject(bucket.id(), next));
                for (var draft : drafts) {
                    changes.add(new Change.PutBlock(
                            entry(bucket, next.info().key(), draft.info(), place(draft))));
                }
            }
            commit(changes);
            install(bucket, next, drafts, persisted, present);
            settle(bucket, present, retired);
            return new Done(Optional.of(next.info()), present.current());
        } finally {
            lock.unlock();
        }
    }

    /// As [#replace] for an object wholly in memory, where neither the disk nor another thread
    /// has to be waited for; else empty, and nothing happened.
    Optional<CommitOutcome> tryReplace(
            BucketState bucket,
            StoredObject next,
            List<Draft> drafts,
            Precondition precondition) {
        var key = next.info().key();
        var lock = locks.of(bucket, key);
        if (!lock.tryLock()) {
            return Optional.empty();
        }
        try {
            var live = bucket.live().get(key);
            boolean needsCatalog = live == null
                    ? catalog.mayHaveObject(bucket.id(), key)
                    : live.state() == LiveObject.State.PERSISTED;
            if (needsCatalog) {
                return Optional.empty();
            }
            var present = new Present(live, Optional.empty(), currentInfo(live));
            if (!precondition.holds(present.current())) {
                return Optional.of(new Refused(present.current()));
            }
            install(bucket, next, drafts, false, present);
            settle(bucket, present, List.of());
            return Optional.of(new Done(Optional.of(next.info()), present.current()));
        } finally {
            lock.unlock();
        }
    }

    /// Removes the present version if the precondition holds of it.
    ///
    /// @param reason why, for those who ask later
    CommitOutcome remove(
            BucketState bucket,
            ObjectKey key,
            Precondition precondition,
            Reason reason,
            String detail) {
        var lock = locks.of(bucket, key);
        lock.lock();
        try {
            var present = present(bucket, key);
            if (!precondition.holds(present.current())) {
                return new Refused(present.current());
            }
            var changes = new ArrayList<Change>();
            var retired = retire(bucket, present, changes);
            commit(changes);
            settle(bucket, present, retired);
            present.current().ifPresent(info -> departures.note(bucket, info, reason, 0, detail));
            return new Done(Optional.empty(), present.current());
        } finally {
            lock.unlock();
        }
    }

    /// Gives the present version other attributes.
    CommitOutcome touch(
            BucketState bucket,
            ObjectKey key,
            ObjectAttributes attributes,
            Precondition precondition) {
        var lock = locks.of(bucket, key);
        lock.lock();
        try {
            var present = present(bucket, key);
            if (!precondition.holds(present.current())) {
                return new Refused(present.current());
            }
            if (present.current().isEmpty()) {
                return new Done(Optional.empty(), Optional.empty());
            }
            var old = present.current().get();
            var info = new ObjectInfo(
                    key, old.sizeBytes(), old.version(), old.createdMillis(), attributes);
            var next = new StoredObject(info, present.stored().orElseThrow().blocks());
            if (present.isPersisted()) {
                commit(List.of(new Change.PutObject(bucket.id(), next)));
            }
            if (present.live() != null) {
                present.live().describe(next);
                residency.redescribe(present.live());
            }
            return new Done(Optional.of(info), present.current());
        } finally {
            lock.unlock();
        }
    }

    /// Makes one object out of persisted others, which are gone in the same instant.
    ///
    /// @return empty if a part is missing or not persisted
    Optional<CommitOutcome> compose(
            BucketState bucket,
            ObjectInfo info,
            BucketState source,
            List<ObjectKey> parts,
            Precondition precondition) {
        var taken = locks.ofAll(bucket, info.key(), source, parts);
        taken.forEach(ReentrantLock::lock);
        try {
            var present = present(bucket, info.key());
            if (!precondition.holds(present.current())) {
                return Optional.of(new Refused(present.current()));
            }
            var changes = new ArrayList<Change>();
            var retired = retire(bucket, present, changes);
            var blocks = new ArrayList<BlockInfo>();
            for (var part : parts) {
                var found = present(source, part);
                if (!found.isPersisted() || !takeOver(bucket, info, found, changes, blocks)) {
                    return Optional.empty();
                }
                changes.add(new Change.RemoveObject(source.id(), part));
            }
            long size = blocks.stream().mapToLong(BlockInfo::lengthBytes).sum();
            var next = new StoredObject(new ObjectInfo(info.key(), size, info.version(),
                    info.createdMillis(), info.attributes()), blocks);
            changes.add(new Change.PutObject(bucket.id(), next));
            commit(changes);
            settle(bucket, present, retired);
            source.persistedObjects().addAndGet(-parts.size());
            bucket.persistedObjects().incrementAndGet();
            adoptResidents(bucket, next, source, parts);
            return Optional.of(new Done(Optional.of(next.info()), present.current()));
        } finally {
            taken.reversed().forEach(ReentrantLock::unlock);
        }
    }

    /// Writes down that a fresh object now has a copy of every block on flash.
    ///
    /// @param places one for each block
    /// @return false if the object was replaced meanwhile: nobody wants the copies
    boolean persist(LiveObject object, List<Place> places) {
        var bucket = object.bucket();
        var lock = locks.of(bucket, object.key());
        lock.lock();
        try {
            if (object.state() != LiveObject.State.FRESH) {
                return false;
            }
            var stored = object.stored();
            var changes = new ArrayList<Change>();
            changes.add(new Change.PutObject(bucket.id(), stored));
            for (int i = 0; i < places.size(); i++) {
                changes.add(new Change.PutBlock(
                        entry(bucket, object.key(), stored.blocks().get(i), places.get(i))));
            }
            commit(changes);
            counters.persistedBlocks.add(places.size());
            object.become(LiveObject.State.PERSISTED);
            residency.restate(object);
            bucket.persistedObjects().incrementAndGet();
            bucket.fresh().remove(object.key());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Drops a fresh object that no longer has a place, if nothing holds it. A persisted or gone
    /// one is left alone.
    ///
    /// @param reads how often it was read
    /// @return false if it is held and still fresh
    boolean dropFresh(LiveObject object, Reason reason, int reads, String detail) {
        var lock = locks.of(object.bucket(), object.key());
        lock.lock();
        try {
            if (object.state() == LiveObject.State.FRESH) {
                if (mustStay(object.bucket(), object.key())) {
                    return false;
                }
                departures.note(object.bucket(), object.stored().info(), reason, reads, detail);
                counters.droppedBlocks.add(object.stored().blocks().size());
                settle(object.bucket(), new Present(object, Optional.empty(), Optional.empty()),
                        List.of());
            }
        } finally {
            lock.unlock();
        }
        dropLabel(object.bucket(), object.key(), reason, detail);
        return true;
    }

    /// Drops what is worth nothing without an object that has just left; see [Pairs]. The caller
    /// holds no key lock.
    private void dropLabel(BucketState bucket, ObjectKey left, Reason reason, String detail) {
        var label = bucket.isDurable() ? Optional.<ObjectKey>empty() : Pairs.labelOf(left);
        if (label.isPresent() && findEvenExpired(bucket, left).isEmpty()) {
            remove(bucket, label.get(), Precondition.IF_PRESENT, reason, detail);
        }
    }

    /// Drops an object of a cache bucket, if it is still this version: its bytes cannot be had.
    void dropLost(BucketState bucket, ObjectInfo lost, String detail) {
        remove(bucket, lost.key(), Precondition.ifVersion(lost.version()), Reason.LOST, detail);
        dropLabel(bucket, lost.key(), Reason.LOST, detail);
    }

    /// Lets a leaving block go if its object has a copy elsewhere.
    void letGo(Residency.Resident resident) {
        var owner = resident.owner();
        var lock = locks.of(owner.bucket(), owner.key());
        lock.lock();
        try {
            if (owner.state() != LiveObject.State.FRESH) {
                residency.unlink(resident);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Keeps a block that was read from flash in memory, if its object is still the present
    /// version.
    boolean promote(
            BucketState bucket,
            StoredObject stored,
            BlockInfo info,
            Block block,
            Optional<Prefetched> prefetched) {
        var key = stored.info().key();
        var lock = locks.of(bucket, key);
        if (!lock.tryLock()) {
            return false;
        }
        try {
            var live = bucket.live().get(key);
            if (live == null) {
                var found = catalog.object(bucket.id(), key);
                if (found.isEmpty() || found.get().info().version() != stored.info().version()) {
                    return false;
                }
                live = new LiveObject(bucket, found.get(), LiveObject.State.PERSISTED);
                bucket.live().put(key, live);
            }
            boolean admitted = live.stored().info().version() == stored.info().version()
                    && residency.admit(info, block, live, prefetched);
            if (admitted) {
                counters.promotedBytes.add(info.lengthBytes());
            }
            return admitted;
        } finally {
            lock.unlock();
        }
    }

    /// Writes down that a block's copy was moved.
    ///
    /// @return false if nobody wants the block any more, or it lies elsewhere by now
    boolean move(BlockEntry entry, Place target) {
        return underOwnersLock(entry, (bucket, present) -> {
            commit(List.of(new Change.PutBlock(
                    new BlockEntry(entry.info(), target, entry.bucket(), entry.owner()))));
            flashShares.removed(entry);
            return true;
        });
    }

    /// Gives up the flash copy of a block in a cache bucket: its object becomes fresh again if
    /// memory has all of it, and is dropped if not, unless something holds it.
    ///
    /// @param reads  how often it was read, as far as is known
    /// @param reason why, for those who ask later
    /// @return false if it is held: then nothing happened
    boolean abandon(BlockEntry entry, int reads, Reason reason) {
        boolean stays = underOwnersLock(entry, (bucket, present) -> {
            boolean memoryHasAll = present.live() != null && present.live().isWhollyResident();
            if (!memoryHasAll && mustStay(bucket, entry.owner())) {
                return true;
            }
            giveUp(entry, bucket, present, reads, reason);
            return false;
        });
        dropLabelOf(entry, reason);
        return !stays;
    }

    /// As [#abandon], whatever holds it: the copy cannot be kept.
    void lose(BlockEntry entry) {
        underOwnersLock(entry, (bucket, present) -> {
            giveUp(entry, bucket, present, 0, Reason.EVICTED);
            return true;
        });
        dropLabelOf(entry, Reason.EVICTED);
    }

    private void dropLabelOf(BlockEntry entry, Reason reason) {
        buckets.byId(entry.bucket())
                .ifPresent(bucket -> dropLabel(bucket, entry.owner(), reason,
                        "segment " + entry.place().segment()));
    }

    private void giveUp(
            BlockEntry entry,
            BucketState bucket,
            Present present,
            int reads,
            Reason reason) {
        var changes = new ArrayList<Change>();
        var retired = retire(bucket, present, changes);
        var live = present.live();
        if (live != null && live.isWhollyResident()) {
            bucket.fresh().add(live.key());
            commit(changes);
            live.become(LiveObject.State.FRESH);
            residency.restate(live);
            bucket.persistedObjects().decrementAndGet();
            release(retired);
        } else {
            commit(changes);
            settle(bucket, present, retired);
            counters.droppedBlocks.increment();
            present.stored()
                    .ifPresent(stored -> departures.note(bucket, stored.info(),
                            reason, reads, "segment " + entry.place().segment()));
        }
    }

    private interface OwnerStep {
        boolean run(BucketState bucket, Present present);
    }

    private boolean underOwnersLock(BlockEntry entry, OwnerStep step) {
        var bucket = buckets.byId(entry.bucket());
        if (bucket.isEmpty()) {
            return false;
        }
        var lock = locks.of(bucket.get(), entry.owner());
        lock.lock();
        try {
            var now = catalog.block(entry.info().id());
            if (now.isEmpty() || !now.get().equals(entry)) {
                return false;
            }
            return step.run(bucket.get(), present(bucket.get(), entry.owner()));
        } finally {
            lock.unlock();
        }
    }

    /// What a key means now: what memory has of it, what the catalog has of it, and what a client
    /// may see of it (nothing, where it has expired).
    private record Present(
            @Nullable LiveObject live,
            Optional<StoredObject> cataloged,
            Optional<ObjectInfo> current) {
        boolean isPersisted() {
            return cataloged.isPresent();
        }

        boolean isFresh() {
            return live != null && live.state() == LiveObject.State.FRESH;
        }

        Optional<StoredObject> stored() {
            return live != null ? Optional.of(live.stored()) : cataloged;
        }
    }

    private Present present(BucketState bucket, ObjectKey key) {
        var live = bucket.live().get(key);
        if (live == null) {
            var cataloged = catalog.object(bucket.id(), key);
            return new Present(null, cataloged,
                    cataloged.filter(this::isCurrent).map(StoredObject::info));
        }
        var cataloged = live.state() == LiveObject.State.PERSISTED
                ? Optional.of(live.stored())
                : Optional.<StoredObject>empty();
        return new Present(live, cataloged, currentInfo(live));
    }

    private Optional<ObjectInfo> currentInfo(@Nullable LiveObject live) {
        return live == null || !isCurrent(live.stored())
                ? Optional.empty()
                : Optional.of(live.stored().info());
    }

    boolean isCurrent(StoredObject stored) {
        long expiry = stored.info().attributes().expiresAtMillis();
        return expiry == ObjectAttributes.NEVER || expiry > clock.epochMillis();
    }

    /// Adds the changes that take a persisted object out of the catalog.
    ///
    /// @return the entries of its blocks
    private List<BlockEntry> retire(BucketState bucket, Present present, List<Change> changes) {
        if (!present.isPersisted()) {
            return List.of();
        }
        var stored = present.cataloged().get();
        var entries = catalog.blocks(stored.blocks().stream().map(BlockInfo::id).toList())
                .stream()
                .flatMap(Optional::stream)
                .toList();
        changes.add(new Change.RemoveObject(bucket.id(), stored.info().key()));
        entries.forEach(entry -> changes.add(new Change.RemoveBlock(entry.info().id())));
        return entries;
    }

    /// Takes an object out of memory and gives its space back; the catalog knows already. If it was
    /// replaced, its successor is in its place by now, so that nobody finds the key without an
    /// object.
    private void settle(BucketState bucket, Present present, List<BlockEntry> retired) {
        if (present.isPersisted()) {
            bucket.persistedObjects().decrementAndGet();
        }
        present.stored().ifPresent(stored -> {
            if (present.live() != null) {
                boolean fresh = present.isFresh();
                present.live().become(LiveObject.State.GONE);
                boolean alone = bucket.live().remove(stored.info().key(), present.live());
                if (fresh && alone) {
                    bucket.fresh().remove(stored.info().key());
                }
            }
            stored.blocks().forEach(block -> residency.forget(block.id()));
        });
        release(retired);
    }

    private void release(List<BlockEntry> entries) {
        counters.persistedBlocks.add(-entries.size());
        entries.forEach(entry -> {
            flash.release(entry.place(), entry.info().lengthBytes());
            flashShares.removed(entry);
        });
    }

    private void install(
            BucketState bucket,
            StoredObject next,
            List<Draft> drafts,
            boolean persisted,
            Present present) {
        var key = next.info().key();
        var live = new LiveObject(
                bucket, next, persisted ? LiveObject.State.PERSISTED : LiveObject.State.FRESH);
        if (persisted) {
            counters.persistedBlocks.add(drafts.size());
            bucket.persistedObjects().incrementAndGet();
        }
        if (persisted && present.isFresh()) {
            bucket.fresh().remove(key);
        } else if (!persisted && !present.isFresh()) {
            bucket.fresh().add(key);
        }
        boolean resident = !persisted;
        for (var draft : drafts) {
            var block = draft.block();
            if (block != null) {
                residency.admit(draft.info(), block, live, Optional.empty());
                resident = true;
            }
        }
        if (resident) {
            bucket.live().put(key, live);
        }
        counters.commits.increment();
    }

    /// Adds a part's blocks to a composed object.
    ///
    /// @return false if the part lacks one
    private boolean takeOver(
            BucketState bucket,
            ObjectInfo info,
            Present part,
            List<Change> changes,
            List<BlockInfo> blocks) {
        for (var block : part.stored().orElseThrow().blocks()) {
            var entry = catalog.block(block.id());
            if (entry.isEmpty()) {
                return false;
            }
            changes.add(new Change.PutBlock(
                    entry(bucket, info.key(), block, entry.get().place())));
            blocks.add(block);
        }
        return true;
    }

    private void adoptResidents(
            BucketState bucket,
            StoredObject next,
            BucketState source,
            List<ObjectKey> parts) {
        for (var part : parts) {
            var live = source.live().remove(part);
            if (live != null) {
                live.become(LiveObject.State.GONE);
            }
        }
        var owner = new LiveObject(bucket, next, LiveObject.State.PERSISTED);
        next.blocks().forEach(block -> residency.pass(block.id(), owner));
        if (owner.countResident(0) > 0) {
            bucket.live().put(next.info().key(), owner);
        }
        counters.commits.increment();
    }

    private void commit(List<Change> changes) {
        if (!changes.isEmpty()) {
            catalog.commit(changes);
            flashShares.committed(changes);
        }
    }

    private static BlockEntry entry(
            BucketState bucket,
            ObjectKey owner,
            BlockInfo info,
            Place place) {
        return new BlockEntry(info, place, bucket.id(), owner);
    }

    private static Place place(Draft draft) {
        var place = draft.place();
        if (place == null) {
            throw new IllegalStateException("block " + draft.info().id() + " has no copy on flash");
        }
        return place;
    }
}

package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.engine.CommitOutcome.Done;
import dev.varve.engine.CommitOutcome.Refused;
import dev.varve.engine.Departure.Reason;
import dev.varve.engine.PrefetchMeter.Prefetched;
import dev.varve.engine.Revisions.Revision;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
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
/// says what it means, unless the key is in [BucketState#outdated].
///
/// Where the catalog does not answer, a cache goes on without it: what only the catalog knows is
/// missed, and what it should be told is noted as outdated. A durable bucket fails. A commit that
/// was given up leaves the key to the catalog alone, which tells what became of it.
///
/// Thread-safe: [KeyLocks].
final class ObjectTable {
    private final BucketRegistry buckets;
    private final Catalog catalog;
    private final Revisions revisions;
    private final Residency residency;
    private final KeyLocks locks;
    private final Holds holds;
    private final DepartureLog departures;
    private final Clock clock;
    private final EngineCounters counters;

    ObjectTable(
            BucketRegistry buckets,
            Catalog catalog,
            Revisions revisions,
            Residency residency,
            KeyLocks locks,
            Holds holds,
            DepartureLog departures,
            Clock clock,
            EngineCounters counters) {
        this.buckets = buckets;
        this.catalog = catalog;
        this.revisions = revisions;
        this.residency = residency;
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
        return findEvenExpired(bucket, key).filter(stored -> isCurrent(stored.info()));
    }

    /// The present version of a key, though it may have expired.
    Optional<StoredObject> findEvenExpired(BucketState bucket, ObjectKey key) {
        var live = bucket.live().get(key);
        return live != null ? Optional.of(live.stored()) : cataloged(bucket, key);
    }

    /// What the catalog has of a key that still holds; of a cache, nothing while it does not
    /// answer.
    private Optional<StoredObject> cataloged(BucketState bucket, ObjectKey key) {
        if (bucket.outdated().contains(key)) {
            return Optional.empty();
        }
        try {
            return catalog.object(bucket.id(), key);
        } catch (StorageException failed) {
            if (!isForgiven(bucket, failed)) {
                throw failed;
            }
            return Optional.empty();
        }
    }

    private static boolean isForgiven(BucketState bucket, StorageException failed) {
        return !bucket.isDurable() && failed.kind() != Kind.CLOSED;
    }

    /// As [#find], from memory alone.
    Peek<LiveObject> tryFind(BucketState bucket, ObjectKey key) {
        var live = bucket.live().get(key);
        if (live != null) {
            return isCurrent(live.info()) ? new Peek.Hit<>(live) : new Peek.Miss<>();
        }
        return mayBeCataloged(bucket, key) ? new Peek.Unsure<>() : new Peek.Miss<>();
    }

    private boolean mayBeCataloged(BucketState bucket, ObjectKey key) {
        return !bucket.outdated().contains(key) && catalog.mayHaveObject(bucket.id(), key);
    }

    /// The present version of a key, which stays for a while from now on; see [Holds]. What a
    /// durable bucket has stays anyway.
    Held hold(BucketState bucket, ObjectKey key, Duration time) {
        var lock = locks.of(bucket, key);
        lock.lock();
        try {
            var current = find(bucket, key).map(StoredObject::info);
            return new Held(current,
                    current.isPresent() && holds.hold(bucket, current.get(), time));
        } finally {
            lock.unlock();
        }
    }

    /// What there is, and whether it is held now.
    record Held(Optional<ObjectInfo> info, boolean sure) {}

    /// As [#hold], from memory alone. Only who has to hold an object anew needs the lock.
    Peek<ObjectInfo> tryHold(BucketState bucket, ObjectKey key, Duration time) {
        var found = tryFind(bucket, key);
        if (found instanceof Peek.Hit<LiveObject>(var live) && !holds.extend(live, time)) {
            var lock = locks.of(bucket, key);
            if (!lock.tryLock()) {
                return new Peek.Unsure<>();
            }
            try {
                found = tryFind(bucket, key);
                if (found instanceof Peek.Hit<LiveObject>(var present)) {
                    holds.hold(present, time);
                }
            } finally {
                lock.unlock();
            }
        }
        return switch (found) {
            case Peek.Hit<LiveObject>(var live) -> new Peek.Hit<>(live.info());
            case Peek.Miss<LiveObject> _ -> new Peek.Miss<>();
            case Peek.Unsure<LiveObject> _ -> new Peek.Unsure<>();
        };
    }

    /// Whether an object may not be dropped: a hold is on it, or it is the label of a body that is
    /// there.
    boolean mustStay(BucketState bucket, ObjectKey key) {
        return holds.isHeld(bucket, key) || Pairs.bodyOf(key)
                .filter(body -> bucket.live().containsKey(body)
                        || cataloged(bucket, body).isPresent())
                .isPresent();
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
        var key = next.info().key();
        boolean persisted = drafts.stream().allMatch(draft -> draft.place() != null);
        var lock = locks.of(bucket, key);
        lock.lock();
        try (var revision = revisions.begin()) {
            if (persisted) {
                revision.put(bucket, next);
                drafts.forEach(draft -> revision.add(
                        entry(bucket, key, draft.info(), place(draft))));
            }
            var present = presentOrOutdated(bucket, key);
            if (!precondition.holds(present.current())) {
                return new Refused(present.current());
            }
            if (persisted) {
                commitInstead(bucket, present, key, revision);
            } else {
                retireOrOutdate(bucket, present, key);
            }
            install(bucket, next, drafts, persisted, present);
            settle(bucket, present);
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
                    ? mayBeCataloged(bucket, key)
                    : live.state() == LiveObject.State.PERSISTED;
            if (needsCatalog) {
                return Optional.empty();
            }
            var present = new Present(live, Optional.empty(), currentInfo(live));
            if (!precondition.holds(present.current())) {
                return Optional.of(new Refused(present.current()));
            }
            install(bucket, next, drafts, false, present);
            settle(bucket, present);
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
            var present = presentOrOutdated(bucket, key);
            if (!precondition.holds(present.current())) {
                return new Refused(present.current());
            }
            retireOrOutdate(bucket, present, key);
            settle(bucket, present);
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
        try (var revision = revisions.begin()) {
            var found = find(bucket, key);
            var current = found.map(StoredObject::info);
            if (!precondition.holds(current)) {
                return new Refused(current);
            }
            if (found.isEmpty()) {
                return new Done(Optional.empty(), Optional.empty());
            }
            var old = found.get().info();
            var info = new ObjectInfo(
                    key, old.sizeBytes(), old.version(), old.createdMillis(), attributes);
            var next = new StoredObject(info, found.get().blocks());
            var live = bucket.live().get(key);
            if (live == null || live.state() == LiveObject.State.PERSISTED) {
                revision.describe(bucket, next);
                try {
                    commit(bucket, key, revision);
                } catch (StorageException failed) {
                    if (!isForgiven(bucket, failed)) {
                        throw failed;
                    }
                    return new Done(Optional.empty(), current);
                }
            }
            if (live != null) {
                live.describe(next);
                residency.redescribe(live);
            }
            return new Done(Optional.of(info), current);
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
        try (var revision = revisions.begin()) {
            var present = present(bucket, info.key());
            if (!precondition.holds(present.current())) {
                return Optional.of(new Refused(present.current()));
            }
            retire(bucket, present, revision);
            var blocks = new ArrayList<BlockInfo>();
            for (var part : parts) {
                var found = present(source, part);
                if (!found.isPersisted() || source.outdated().contains(part)
                        || !takeOver(bucket, info, found, revision, blocks)) {
                    return Optional.empty();
                }
                revision.remove(source, part, List.of());
            }
            long size = blocks.stream().mapToLong(BlockInfo::lengthBytes).sum();
            var next = new StoredObject(new ObjectInfo(info.key(), size, info.version(),
                    info.createdMillis(), info.attributes()), blocks);
            revision.put(bucket, next);
            try {
                commit(bucket, info.key(), revision);
            } catch (RuntimeException unsure) {
                parts.forEach(part -> doubt(source, part));
                throw unsure;
            }
            settle(bucket, present);
            adoptResidents(bucket, next, source, parts);
            return Optional.of(new Done(Optional.of(next.info()), present.current()));
        } finally {
            taken.reversed().forEach(ReentrantLock::unlock);
        }
    }

    /// Writes down that a fresh object now has a copy of every block on flash.
    ///
    /// @param places one for each block; given back where nobody wants the copies
    /// @return false if the object was replaced meanwhile
    boolean persist(LiveObject object, List<Place> places) {
        var bucket = object.bucket();
        var lock = locks.of(bucket, object.key());
        lock.lock();
        try (var revision = revisions.begin()) {
            var stored = object.stored();
            boolean wanted = object.state() == LiveObject.State.FRESH;
            if (wanted && bucket.outdated().contains(object.key())) {
                retire(bucket, present(bucket, object.key()), revision);
            }
            revision.put(bucket, stored);
            for (int i = 0; i < places.size(); i++) {
                revision.add(entry(bucket, object.key(), stored.blocks().get(i), places.get(i)));
            }
            if (!wanted) {
                return false;
            }
            try {
                revision.commit();
            } catch (StorageException unsure) {
                bucket.outdated().add(object.key());
                throw unsure;
            }
            bucket.outdated().remove(object.key());
            object.become(LiveObject.State.PERSISTED);
            residency.restate(object);
            bucket.fresh().remove(object.key());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Tells the catalog of a key that it should have been told of before.
    void amend(BucketState bucket, ObjectKey key) {
        var lock = locks.of(bucket, key);
        lock.lock();
        try (var revision = revisions.begin()) {
            if (bucket.outdated().contains(key)) {
                retire(bucket, present(bucket, key), revision);
                revision.commit();
                bucket.outdated().remove(key);
            }
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
                departures.note(object.bucket(), object.info(), reason, reads, detail);
                counters.droppedBlocks.add(object.stored().blocks().size());
                settle(object.bucket(), new Present(object, Optional.empty(), Optional.empty()));
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
                var found = cataloged(bucket, key);
                if (found.isEmpty() || found.get().info().version() != stored.info().version()) {
                    return false;
                }
                live = new LiveObject(bucket, found.get(), LiveObject.State.PERSISTED);
                bucket.live().put(key, live);
            }
            boolean admitted = live.info().version() == stored.info().version()
                    && residency.admit(info, block, live, prefetched);
            if (admitted) {
                counters.promotedBytes.add(info.lengthBytes());
            }
            return admitted;
        } catch (StorageException unknown) {
            return false; // Whoever reads the block has it; only it is not kept.
        } finally {
            lock.unlock();
        }
    }

    /// Writes down that a block's copy was moved, and gives back the one that nobody wants then.
    ///
    /// @return false if nobody wants the block any more, or it lies elsewhere by now
    boolean move(BlockEntry entry, Place target) {
        try (var revision = revisions.begin()) {
            revision.move(entry,
                    new BlockEntry(entry.info(), target, entry.bucket(), entry.owner()));
            return underOwnersLock(entry, (_, _) -> {
                revision.commit();
                return true;
            });
        }
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
        var live = present.live();
        if (live != null && live.isWhollyResident()) {
            bucket.fresh().add(live.key());
            retireOrOutdate(bucket, present, live.key());
            live.become(LiveObject.State.FRESH);
            residency.restate(live);
        } else {
            retireOrOutdate(bucket, present, entry.owner());
            settle(bucket, present);
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
        if (live != null && live.state() == LiveObject.State.PERSISTED) {
            return new Present(live, Optional.of(live.stored()), currentInfo(live));
        }
        boolean outdated = bucket.outdated().contains(key);
        var cataloged = live == null || outdated
                ? catalog.object(bucket.id(), key)
                : Optional.<StoredObject>empty();
        return new Present(live, cataloged, live == null && !outdated
                ? cataloged.filter(stored -> isCurrent(stored.info())).map(StoredObject::info)
                : currentInfo(live));
    }

    /// As [#present], for who gives the key another meaning. Where the catalog of a cache does not
    /// answer, what it may have is outdated from now on.
    private Present presentOrOutdated(BucketState bucket, ObjectKey key) {
        try {
            return present(bucket, key);
        } catch (StorageException failed) {
            if (!isForgiven(bucket, failed)) {
                throw failed;
            }
            if (catalog.mayHaveObject(bucket.id(), key)) {
                bucket.outdated().add(key);
            }
            var live = bucket.live().get(key);
            return new Present(live, Optional.empty(), currentInfo(live));
        }
    }

    private Optional<ObjectInfo> currentInfo(@Nullable LiveObject live) {
        return live == null || !isCurrent(live.info())
                ? Optional.empty()
                : Optional.of(live.info());
    }

    boolean isCurrent(ObjectInfo info) {
        long expiry = info.attributes().expiresAtMillis();
        return expiry == ObjectAttributes.NEVER || expiry > clock.epochMillis();
    }

    /// Adds what takes a persisted object out of the catalog.
    private void retire(BucketState bucket, Present present, Revision revision) {
        if (present.isPersisted()) {
            var stored = present.cataloged().get();
            var entries = catalog.blocks(stored.blocks().stream().map(BlockInfo::id).toList());
            revision.remove(bucket, stored.info().key(),
                    entries.stream().flatMap(Optional::stream).toList());
        }
    }

    /// Takes a persisted object out of the catalog. Where the catalog of a cache does not take
    /// that, what it has is outdated from now on.
    private void retireOrOutdate(BucketState bucket, Present present, ObjectKey key) {
        try (var revision = revisions.begin()) {
            retire(bucket, present, revision);
            if (bucket.isDurable()) {
                commit(bucket, key, revision);
            } else if (present.isPersisted()) {
                revision.commit();
                bucket.outdated().remove(key);
            }
        } catch (StorageException failed) {
            if (!isForgiven(bucket, failed)) {
                throw failed;
            }
            bucket.outdated().add(key);
        }
    }

    /// Puts a persisted object in the place of what is in the catalog now.
    private void commitInstead(
            BucketState bucket,
            Present present,
            ObjectKey key,
            Revision revision) {
        retire(bucket, present, revision);
        commit(bucket, key, revision);
        bucket.outdated().remove(key);
    }

    /// Commits what changes the meaning of a key.
    private void commit(BucketState bucket, ObjectKey key, Revision revision) {
        try {
            revision.commit();
        } catch (RuntimeException unsure) {
            doubt(bucket, key);
            throw unsure;
        }
    }

    /// A commit has failed, and may yet come about: memory forgets what it has of the key, so that
    /// the catalog alone tells; of a cache, that is outdated in any case.
    private void doubt(BucketState bucket, ObjectKey key) {
        if (!bucket.isDurable()) {
            bucket.outdated().add(key);
        }
        var live = bucket.live().get(key);
        if (live != null) {
            settle(bucket, new Present(live, Optional.empty(), Optional.empty()));
        }
    }

    /// Takes an object out of memory; the catalog knows already. If it was replaced, its successor
    /// is in its place by now, so that nobody finds the key without an object.
    private void settle(BucketState bucket, Present present) {
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
            Revision revision,
            List<BlockInfo> blocks) {
        for (var block : part.stored().orElseThrow().blocks()) {
            var entry = catalog.block(block.id());
            if (entry.isEmpty()) {
                return false;
            }
            revision.pass(entry(bucket, info.key(), block, entry.get().place()));
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

package dev.varve.engine;

import dev.varve.engine.Access.Operation;
import dev.varve.engine.Departure.Reason;
import dev.varve.env.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A bucket of a [TieredEngine].
///
/// Thread-safe.
final class TieredBucket implements Bucket {
    private final TieredEngine engine;
    private final BucketState state;
    private final int client;

    private TieredBucket(TieredEngine engine, BucketState state, int client) {
        this.engine = engine;
        this.state = state;
        this.client = client;
    }

    /// A bucket that is nobody's in particular.
    static TieredBucket of(TieredEngine engine, BucketState state) {
        return new TieredBucket(engine, state, 0);
    }

    @Override
    public Bucket as(int who) {
        return new TieredBucket(engine, state, who);
    }

    BucketState state() {
        return state;
    }

    @Override
    public String name() {
        return state.record().name();
    }

    @Override
    public BucketClass bucketClass() {
        return state.record().bucketClass();
    }

    @Override
    public long createdMillis() {
        return state.record().createdMillis();
    }

    @Override
    public Optional<ObjectInfo> head(ObjectKey key) {
        engine.requireOpen();
        var found = engine.table().find(state, key);
        return found(key, found.map(Catalog.StoredObject::info));
    }

    @Override
    public Peek<ObjectInfo> tryHead(ObjectKey key) {
        engine.requireOpen();
        return switch (engine.table().tryFind(state, key)) {
            case Peek.Hit<LiveObject>(var live) -> {
                var info = live.info();
                found(key, Optional.of(info));
                yield new Peek.Hit<>(info);
            }
            case Peek.Miss<LiveObject> _ -> {
                found(key, Optional.empty());
                yield new Peek.Miss<>();
            }
            case Peek.Unsure<LiveObject> _ -> new Peek.Unsure<>();
        };
    }

    /// Counts what a lookup without bytes has found.
    private Optional<ObjectInfo> found(ObjectKey key, Optional<ObjectInfo> found) {
        engine.lookups().count(state, key, found.isPresent());
        engine.orders().asked(client);
        engine.accesses().exists(state, key, found, client);
        return found;
    }

    @Override
    public Optional<ObjectInfo> lease(ObjectKey key) {
        engine.requireOpen();
        boolean whole = bodyOf(key)
                .map(body -> engine.table().hold(state, body, engine.lease()).info().isPresent())
                .orElse(true);
        var found = whole
                ? engine.table().hold(state, key, engine.lease()).info()
                : Optional.<ObjectInfo>empty();
        return found(key, found);
    }

    @Override
    public Peek<ObjectInfo> tryLease(ObjectKey key) {
        engine.requireOpen();
        var body = bodyOf(key)
                .map(partner -> engine.table().tryHold(state, partner, engine.lease()));
        var found = body.isPresent() && !(body.get() instanceof Peek.Hit)
                ? body.get()
                : engine.table().tryHold(state, key, engine.lease());
        switch (found) {
            case Peek.Hit<ObjectInfo>(var info) -> found(key, Optional.of(info));
            case Peek.Miss<ObjectInfo> _ -> found(key, Optional.empty());
            case Peek.Unsure<ObjectInfo> _ -> {
                // whoever asks again is counted
            }
        }
        return found;
    }

    /// The key of the bytes that this key is worth nothing without.
    private Optional<ObjectKey> bodyOf(ObjectKey key) {
        return state.isDurable() ? Optional.empty() : Pairs.bodyOf(key);
    }

    @Override
    public boolean pin(ObjectKey key, Duration time) {
        engine.requireOpen();
        return engine.table().hold(state, key, time).sure();
    }

    @Override
    public boolean prefetch(ObjectKey key) {
        engine.requireOpen();
        return engine.hints().want(state, key);
    }

    @Override
    public void release(ObjectKey key) {
        engine.requireOpen();
        engine.holds().release(state, key);
    }

    @Override
    public ReadAhead readAhead() {
        return new ChainReader(state, engine.chains(), engine.prefetch());
    }

    @Override
    public boolean demote(ObjectKey key) {
        engine.requireOpen();
        var live = state.live().get(key);
        if (live == null) {
            return false;
        }
        engine.residency().hasten(live.stored().blocks());
        engine.demotion().wake();
        return true;
    }

    @Override
    public Explanation explain(ObjectKey key) {
        engine.requireOpen();
        var found = engine.table().findEvenExpired(state, key);
        if (found.isPresent()) {
            var info = found.get().info();
            return engine.table().isCurrent(found.get().info())
                    ? present(found.get())
                    : new Explanation.Left(expired(info));
        }
        return engine.departures()
                .latest(state, key)
                .<Explanation>map(Explanation.Left::new)
                .orElseGet(() -> new Explanation.Unknown(HashedTable.SLOTS,
                        engine.departures().namelessLosses()));
    }

    private Explanation present(Catalog.StoredObject stored) {
        var live = state.live().get(stored.info().key());
        boolean fresh = live != null && live.state() == LiveObject.State.FRESH;
        int inMemory = (int) stored.blocks()
                .stream()
                .filter(block -> engine.residency().isResident(block.id()))
                .count();
        return new Explanation.Present(stored.info(), stored.blocks().size(), inMemory, !fresh,
                engine.holds().heldFor(state, stored.info().key()));
    }

    private static Departure expired(ObjectInfo info) {
        long at = info.attributes().expiresAtMillis();
        return new Departure(Reason.EXPIRED, at, at - info.createdMillis(), 0, "");
    }

    @Override
    public Optional<ObjectReader> open(ObjectKey key) {
        engine.requireOpen();
        var found = engine.readPath().open(state, key);
        found.ifPresent(reader -> engine.orders().read(state, reader.info(), client));
        engine.accesses().read(state, key, found, client);
        return found;
    }

    @Override
    public Peek<ObjectReader> tryOpen(ObjectKey key) {
        engine.requireOpen();
        var found = engine.readPath().tryOpen(state, key);
        switch (found) {
            case Peek.Hit<ObjectReader>(var reader) -> {
                engine.orders().read(state, reader.info(), client);
                engine.accesses().read(state, key, Optional.of(reader), client);
            }
            case Peek.Miss<ObjectReader> _ ->
                engine.accesses().read(state, key, Optional.empty(), client);
            case Peek.Unsure<ObjectReader> _ -> {
                // whoever opens it is told of
            }
        }
        return found;
    }

    @Override
    public ObjectWriter writer(ObjectKey key, long expectedBytes) {
        requireName(key);
        return PendingObject.unreserved(
                engine.writePath(), state, key, expectedBytes, client);
    }

    @Override
    public Optional<ObjectWriter> tryWriter(ObjectKey key, long expectedBytes) {
        requireName(key);
        return engine.writePath().tryWriter(state, key, expectedBytes, client);
    }

    @Override
    public CommitOutcome delete(ObjectKey key, Precondition precondition) {
        engine.requireOpen();
        var outcome = engine.table().remove(state, key, precondition, Reason.DELETED, "");
        engine.writePath().flushCommit(state);
        engine.countDelete(outcome);
        return told(Operation.DELETE, key, outcome);
    }

    @Override
    public CommitOutcome forget(ObjectKey key, Precondition precondition) {
        engine.requireOpen();
        var outcome = engine.table().remove(state, key, precondition, Reason.NO_MEMORY, "");
        engine.writePath().flushCommit(state);
        var info = new ObjectInfo(key, 0, 0, engine.epochMillis(), ObjectAttributes.NONE);
        engine.departures().note(state, info, Reason.NO_MEMORY, 0, "");
        return told(Operation.DELETE, key, outcome);
    }

    @Override
    public CommitOutcome compose(
            ObjectKey key,
            Bucket source,
            List<ObjectKey> parts,
            ObjectAttributes attributes,
            Precondition precondition) {
        requireName(key);
        var from = ((TieredBucket) source).state;
        for (var part : parts) {
            var live = from.live().get(part);
            if (live != null && live.state() == LiveObject.State.FRESH) {
                engine.demotion().persist(live);
            }
        }
        var path = engine.writePath();
        var info = new ObjectInfo(key, 0, path.nextId(), path.epochMillis(), attributes);
        var outcome = engine.table().compose(state, info, from, parts, precondition);
        path.flushCommit(state);
        return told(Operation.WRITE, key,
                outcome.orElseThrow(() -> new StorageException(StorageException.Kind.ABSENT,
                        "a part of object " + key + " of bucket " + name() + " is missing")));
    }

    @Override
    public CommitOutcome touch(
            ObjectKey key,
            ObjectAttributes attributes,
            Precondition precondition) {
        engine.requireOpen();
        var outcome = engine.table().touch(state, key, attributes, precondition);
        engine.writePath().flushCommit(state);
        return told(Operation.TOUCH, key, outcome);
    }

    @Override
    public ObjectCursor list(ObjectKey prefix) {
        engine.requireOpen();
        return new MergedCursor(state, engine.catalog(), engine.table(), prefix);
    }

    @Override
    public long count() {
        return state.persistedObjects().get() + state.fresh().size();
    }

    @Override
    public void clear() {
        engine.requireOpen();
        try (var cursor = list(ObjectKey.EMPTY)) {
            for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                var info = next.get();
                var outcome = engine.table()
                        .remove(state, info.key(), Precondition.ifVersion(info.version()),
                                Reason.DELETED, "");
                told(Operation.DELETE, info.key(), outcome);
            }
        }
        engine.writePath().flushCommit(state);
    }

    private CommitOutcome told(Operation operation, ObjectKey key, CommitOutcome outcome) {
        engine.accesses().changed(operation, state, key, outcome, client);
        return outcome;
    }

    private void requireName(ObjectKey key) {
        engine.requireOpen();
        if (key.equals(ObjectKey.EMPTY)) {
            throw new IllegalArgumentException("an object's key must not be empty");
        }
    }
}

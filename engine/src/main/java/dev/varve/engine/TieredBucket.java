package dev.varve.engine;

import dev.varve.env.StorageException;
import java.util.List;
import java.util.Optional;

/// A bucket of a [TieredEngine].
///
/// Thread-safe.
final class TieredBucket implements Bucket {
    private final TieredEngine engine;
    private final BucketState state;

    TieredBucket(TieredEngine engine, BucketState state) {
        this.engine = engine;
        this.state = state;
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
        engine.count(found.isPresent());
        return found.map(Catalog.StoredObject::info);
    }

    @Override
    public Peek<ObjectInfo> tryHead(ObjectKey key) {
        engine.requireOpen();
        return switch (engine.table().tryFind(state, key)) {
            case Peek.Hit<LiveObject>(var live) -> {
                engine.count(true);
                yield new Peek.Hit<>(live.stored().info());
            }
            case Peek.Miss<LiveObject> _ -> {
                engine.count(false);
                yield new Peek.Miss<>();
            }
            case Peek.Unsure<LiveObject> _ -> new Peek.Unsure<>();
        };
    }

    @Override
    public Optional<ObjectReader> open(ObjectKey key) {
        engine.requireOpen();
        return engine.readPath().open(state, key);
    }

    @Override
    public Peek<ObjectReader> tryOpen(ObjectKey key) {
        engine.requireOpen();
        return engine.readPath().tryOpen(state, key);
    }

    @Override
    public ObjectWriter writer(ObjectKey key, long expectedBytes) {
        requireName(key);
        return PendingObject.unreserved(engine.writePath(), state, key, expectedBytes);
    }

    @Override
    public Optional<ObjectWriter> tryWriter(ObjectKey key, long expectedBytes) {
        requireName(key);
        return engine.writePath().tryWriter(state, key, expectedBytes);
    }

    @Override
    public CommitOutcome delete(ObjectKey key, Precondition precondition) {
        engine.requireOpen();
        var outcome = engine.table().remove(state, key, precondition);
        engine.writePath().flushCommit(state);
        engine.countDelete(outcome);
        return outcome;
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
        return outcome.orElseThrow(() -> new StorageException(StorageException.Kind.ABSENT,
                "a part of object " + key + " of bucket " + name() + " is missing"));
    }

    @Override
    public CommitOutcome touch(
            ObjectKey key,
            ObjectAttributes attributes,
            Precondition precondition) {
        engine.requireOpen();
        var outcome = engine.table().touch(state, key, attributes, precondition);
        engine.writePath().flushCommit(state);
        return outcome;
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
                engine.table().remove(state, info.key(), Precondition.ifVersion(info.version()));
            }
        }
        engine.writePath().flushCommit(state);
    }

    private void requireName(ObjectKey key) {
        engine.requireOpen();
        if (key.equals(ObjectKey.EMPTY)) {
            throw new IllegalArgumentException("an object's key must not be empty");
        }
    }
}

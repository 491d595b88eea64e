package dev.varve.engine;

import dev.varve.engine.Catalog.BucketRecord;
import dev.varve.engine.Catalog.Change;
import dev.varve.engine.Catalog.Numbers;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// All buckets, by name and by id.
///
/// Thread-safe: lookups are free; creating and deleting exclude each other.
final class BucketRegistry {
    private static final int MAX_NAME = 255;

    private final Catalog catalog;
    private final Clock clock;
    private final NavigableMap<String, BucketState> byName = new ConcurrentSkipListMap<>();
    private final ConcurrentMap<Integer, BucketState> byId = new ConcurrentHashMap<>();

    BucketRegistry(Catalog catalog, Clock clock) {
        this.catalog = catalog;
        this.clock = clock;
        catalog.buckets().forEach(this::add);
    }

    Optional<BucketState> byName(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Optional<BucketState> byId(int id) {
        return Optional.ofNullable(byId.get(id));
    }

    List<BucketState> all() {
        return List.copyOf(byName.values());
    }

    /// Creates a bucket, durably.
    ///
    /// @return empty if the name is taken
    synchronized Optional<BucketState> create(String name, BucketClass bucketClass) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "bucket name length (" + name.length() + ") must be 1 to " + MAX_NAME);
        }
        if (byName.containsKey(name)) {
            return Optional.empty();
        }
        int id = Math.toIntExact(catalog.reserve(Numbers.BUCKETS, 1));
        var record = new BucketRecord(id, name, bucketClass, clock.epochMillis());
        // It is there as soon as the catalog has it, lest another of this name be created.
        catalog.commit(List.of(new Change.PutBucket(record)), committed -> {
            if (committed) {
                add(record);
            }
        });
        catalog.sync();
        return byId(id);
    }

    /// Removes a bucket whose emptiness the caller has checked.
    synchronized void delete(BucketState bucket) {
        if (byId.remove(bucket.id()) == null) {
            throw new StorageException(StorageException.Kind.ABSENT,
                    "bucket " + bucket.record().name() + " does not exist");
        }
        byName.remove(bucket.record().name());
        catalog.commit(List.of(new Change.RemoveBucket(bucket.id())));
        catalog.sync();
    }

    private void add(BucketRecord record) {
        var state = new BucketState(record);
        byId.put(record.id(), state);
        byName.put(record.name(), state);
    }
}

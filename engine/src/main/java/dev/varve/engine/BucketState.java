package dev.varve.engine;

import dev.varve.engine.Catalog.BucketRecord;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

/// What memory holds of one bucket.
///
/// Thread-safe: concurrent maps; entries change under their key's lock only.
final class BucketState {
    private final BucketRecord description;
    private final ConcurrentMap<ObjectKey, LiveObject> live = new ConcurrentHashMap<>();
    private final NavigableSet<ObjectKey> fresh = new ConcurrentSkipListSet<>();
    private final Set<ObjectKey> outdated = ConcurrentHashMap.newKeySet();
    private final AtomicLong persistedObjects = new AtomicLong();
    private final Traffic traffic = new Traffic();

    BucketState(BucketRecord description) {
        this.description = description;
    }

    int id() {
        return description.id();
    }

    BucketRecord record() {
        return description;
    }

    /// Whether doors do not show it.
    boolean isHidden() {
        return description.name().startsWith(".");
    }

    boolean isDurable() {
        return description.bucketClass() == BucketClass.DURABLE;
    }

    /// Objects with something in memory: where an object is in here, this is its present version.
    ConcurrentMap<ObjectKey, LiveObject> live() {
        return live;
    }

    /// The keys of those of [#live] that the catalog does not know, in order. Replacing one fresh
    /// object by another leaves this alone.
    NavigableSet<ObjectKey> fresh() {
        return fresh;
    }

    /// The keys of a cache of which the catalog may say something that no longer holds, because it
    /// could not be told: without a fresh object they mean nothing, whatever it says. [Amends] sees
    /// to it that it is told. A process that ends before leaves them as a power failure would.
    Set<ObjectKey> outdated() {
        return outdated;
    }

    /// How many objects of this bucket the catalog knows.
    AtomicLong persistedObjects() {
        return persistedObjects;
    }

    Traffic traffic() {
        return traffic;
    }
}

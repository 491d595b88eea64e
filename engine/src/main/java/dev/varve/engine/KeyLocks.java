package dev.varve.engine;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/// One lock for each key, shared by keys of equal hash. Whoever changes what a key means holds
/// its lock: over lookups and commits in the catalog, which reach the disk at most through the
/// page cache, and end in bounded time where it hangs ([GuardedCatalog]); never over block I/O or
/// a flush.
///
/// Thread-safe.
final class KeyLocks {
    private static final int STRIPES = 1 << 10;

    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    KeyLocks() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    ReentrantLock of(BucketState bucket, ObjectKey key) {
        return stripes[index(bucket, key)];
    }

    /// The locks of several keys, each once, in the order in which they must be taken.
    List<ReentrantLock> ofAll(
            BucketState bucket,
            ObjectKey key,
            BucketState others,
            Collection<ObjectKey> otherKeys) {
        var indexes = new TreeSet<Integer>();
        indexes.add(index(bucket, key));
        otherKeys.forEach(other -> indexes.add(index(others, other)));
        return indexes.stream().map(i -> stripes[i]).toList();
    }

    private static int index(BucketState bucket, ObjectKey key) {
        return (key.hashCode() + bucket.id()) & (STRIPES - 1);
    }
}

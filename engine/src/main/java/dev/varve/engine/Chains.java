package dev.varve.engine;

import java.util.Optional;

/// Which object is read after which. Engines read the chunks of a prefix in order, each time anew,
/// so the last order seen is the best guess.
///
/// Bounded: [HashedTable].
///
/// Thread-safe.
final class Chains {
    private static final int MAX_KEY_BYTES = 512;

    private final HashedTable<ObjectKey> next = new HashedTable<>();

    /// Notes that `after` was read right after `key`.
    ///
    /// @return whether it was the last time, too
    boolean follow(BucketState bucket, ObjectKey key, ObjectKey after) {
        return after.bytes().length <= MAX_KEY_BYTES && next.put(bucket, key, after);
    }

    /// What was read after this object the last time.
    Optional<ObjectKey> after(BucketState bucket, ObjectKey key) {
        return next.get(bucket, key);
    }
}

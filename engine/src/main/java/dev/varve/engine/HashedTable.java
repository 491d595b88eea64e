package dev.varve.engine;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// What is remembered of objects that need not be there: one value for each of some hashes. A newer
/// one may displace another object's, so memory is bounded and putting one costs a store.
///
/// Thread-safe.
final class HashedTable<T> {
    /// How many hashes there are, if nothing else is said.
    static final int SLOTS = 1 << 16;

    private final AtomicReferenceArray<Entry<T>> entries;

    /// @param name stands for bucket and key: keys are long, and two share one rarely enough
    private record Entry<T>(long name, T value) {}

    HashedTable() {
        this(SLOTS);
    }

    /// @param slots a power of two, at least 2
    HashedTable(int slots) {
        entries = new AtomicReferenceArray<>(slots);
    }

    Optional<T> get(BucketState bucket, ObjectKey key) {
        long name = key.fingerprint(bucket.id());
        return value(entries.get(slot(name)), name);
    }

    /// Puts a value, unless an equal one is there.
    ///
    /// @return whether one was
    boolean put(BucketState bucket, ObjectKey key, T value) {
        long name = key.fingerprint(bucket.id());
        int slot = slot(name);
        boolean there = value(entries.get(slot), name).filter(value::equals).isPresent();
        if (!there) {
            entries.set(slot, new Entry<>(name, value));
        }
        return there;
    }

    private static <T> Optional<T> value(@Nullable Entry<T> entry, long name) {
        return entry != null && entry.name == name ? Optional.of(entry.value) : Optional.empty();
    }

    private int slot(long name) {
        int shift = Long.numberOfLeadingZeros(entries.length()) + 1;
        return (int) ((name * 0x9E37_79B9_7F4A_7C15L) >>> shift);
    }
}

package dev.varve.engine;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Which object is read after which. Engines read the chunks of a prefix in order, each time anew,
/// so the last order seen is the best guess.
///
/// Bounded: one successor for each of [#SLOTS] hashes; a newer link may displace another one.
///
/// Thread-safe.
final class Chains {
    private static final int SLOTS = 1 << 16;
    private static final int MAX_KEY_BYTES = 512;

    private final AtomicReferenceArray<Link> links = new AtomicReferenceArray<>(SLOTS);

    /// @param from stands for the object before
    private record Link(long from, ObjectKey next) {}

    /// Notes that `next` was read right after `key`.
    void follow(BucketState bucket, ObjectKey key, ObjectKey next) {
        if (next.bytes().length > MAX_KEY_BYTES) {
            return;
        }
        long from = key.fingerprint(bucket.id());
        int slot = slot(from);
        var link = links.get(slot);
        if (link == null || link.from != from || !link.next.equals(next)) {
            links.set(slot, new Link(from, next));
        }
    }

    /// What was read after this object the last time.
    Optional<ObjectKey> after(BucketState bucket, ObjectKey key) {
        long from = key.fingerprint(bucket.id());
        var link = links.get(slot(from));
        return link != null && link.from == from ? Optional.of(link.next) : Optional.empty();
    }

    private static int slot(long from) {
        return (int) ((from * 0x9E37_79B9_7F4A_7C15L) >>> 48);
    }
}

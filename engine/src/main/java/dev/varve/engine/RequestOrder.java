package dev.varve.engine;

import dev.varve.env.Clock;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.ReadAheadLead;

/// Tells the policies in what order each client touches objects, so that they see the chains of a
/// KV cache: the blocks of a prompt, which are asked for one after the other.
///
/// A client begins another request when it reads after it has written, when it has asked more than
/// once in a row whether something is there (so engines look up how much of a prompt is cached),
/// and when it has done nothing for a second. Only what is large enough for a block of such a cache
/// has an order. The label of a pair counts as its body (see [Pairs]).
///
/// Clients are known by their numbers, [#SLOTS] of them at a time; where two share a place, their
/// requests are taken for one client's.
///
/// Thread-safe: a client's place is locked for a few steps.
final class RequestOrder {
    private static final int SLOTS = 1 << 10;
    private static final int SWEEP = 2;
    private static final long PAUSE_NANOS = 1_000_000_000;

    private final Clock clock;
    private final MemoryEviction eviction;
    private final Admission admission;
    private final Place[] places = new Place[SLOTS];

    /// Where one client is.
    private static final class Place {
        private long last = EvictionPolicy.NONE;
        private long lastNanos;
        private boolean wrote;
        private int asked;
    }

    RequestOrder(Clock clock, MemoryEviction eviction, Admission admission) {
        this.clock = clock;
        this.eviction = eviction;
        this.admission = admission;
        for (int i = 0; i < SLOTS; i++) {
            places[i] = new Place();
        }
    }

    /// A client asked whether an object is there.
    void asked(int client) {
        var place = place(client);
        synchronized (place) {
            place.asked++;
        }
    }

    /// A client read an object of a cache bucket.
    void read(BucketState bucket, ObjectInfo info, int client) {
        touched(bucket, info, client, false);
    }

    /// A client wrote an object of a cache bucket.
    void wrote(BucketState bucket, ObjectInfo info, int client) {
        touched(bucket, info, client, true);
    }

    private void touched(BucketState bucket, ObjectInfo info, int client, boolean write) {
        if (bucket.isDurable() || Pairs.bodyOf(info.key()).isPresent()) {
            return;
        }
        long name = info.key().fingerprint(bucket.id());
        admission.touched(name, info.sizeBytes());
        if (info.sizeBytes() >= ReadAheadLead.LEAST_BYTES) {
            long before = before(place(client), name, write);
            if (before != name) {
                eviction.follows(name, before);
                admission.follows(name, before);
            }
        }
    }

    /// What the client touched before in its request, or [EvictionPolicy#NONE].
    private long before(Place place, long name, boolean write) {
        long now = clock.nanoTime();
        synchronized (place) {
            boolean begins = place.asked >= SWEEP || (place.wrote && !write)
                    || now - place.lastNanos >= PAUSE_NANOS;
            long before = begins ? EvictionPolicy.NONE : place.last;
            place.last = name;
            place.lastNanos = now;
            place.wrote = write;
            place.asked = 0;
            return before;
        }
    }

    private Place place(int client) {
        return places[client & SLOTS - 1];
    }
}

package dev.varve.engine;

import dev.varve.env.Clock;
import dev.varve.policy.RequestOrder;

/// Tells the policies what clients touch and in what order, so that they see the chains of a KV
/// cache. The label of a pair counts as its body (see [Pairs]).
///
/// Clients are known by their numbers, [#SLOTS] of them at a time; where two share a place, their
/// requests are taken for one client's.
///
/// Thread-safe: a client's place is locked for a few steps.
final class ClientOrders {
    private static final int SLOTS = 1 << 10;

    private final Clock clock;
    private final MemoryEviction eviction;
    private final Admission admission;
    private final RequestOrder[] orders = new RequestOrder[SLOTS];

    ClientOrders(Clock clock, MemoryEviction eviction, Admission admission) {
        this.clock = clock;
        this.eviction = eviction;
        this.admission = admission;
        for (int i = 0; i < SLOTS; i++) {
            orders[i] = new RequestOrder();
        }
    }

    /// A client asked whether an object is there.
    void asked(int client) {
        var order = order(client);
        synchronized (order) {
            order.asked();
        }
    }

    /// A client read an object.
    void read(BucketState bucket, ObjectInfo info, int client) {
        touched(bucket, info, client, false);
    }

    /// A client wrote an object.
    void wrote(BucketState bucket, ObjectInfo info, int client) {
        touched(bucket, info, client, true);
    }

    private void touched(BucketState bucket, ObjectInfo info, int client, boolean write) {
        boolean hasOrder = info.sizeBytes() >= RequestOrder.LEAST_BYTES;
        boolean isHeard = !bucket.isDurable() && (hasOrder || admission.isSelective());
        if (!isHeard || Pairs.bodyOf(info.key()).isPresent()) {
            return;
        }
        long name = BlockNames.of(bucket.id(), info.key());
        admission.touched(name, info.sizeBytes());
        if (!hasOrder) {
            return;
        }
        var order = order(client);
        long before;
        synchronized (order) {
            before = order.touched(name, write, clock.nanoTime());
        }
        if (before != name) {
            eviction.follows(name, before);
            admission.follows(name, before);
        }
    }

    private RequestOrder order(int client) {
        return orders[client & SLOTS - 1];
    }
}

package dev.varve.engine;

import dev.varve.engine.Departure.Reason;
import dev.varve.env.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Remembers why keys are not there any more: the latest departure of each, in a [HashedTable].
///
/// Thread-safe.
final class DepartureLog {
    private final HashedTable<Departure> departures = new HashedTable<>();
    private final Clock clock;
    private final AtomicInteger namelessLosses = new AtomicInteger();

    DepartureLog(Clock clock) {
        this.clock = clock;
    }

    void note(BucketState bucket, ObjectInfo info, Reason reason, int reads, String detail) {
        long now = clock.epochMillis();
        departures.put(bucket, info.key(), new Departure(
                reason, now, Math.max(0, now - info.createdMillis()), reads, detail));
    }

    /// A block was lost, and with it the name of its object.
    void noteNamelessLoss() {
        namelessLosses.incrementAndGet();
    }

    int namelessLosses() {
        return namelessLosses.get();
    }

    Optional<Departure> latest(BucketState bucket, ObjectKey key) {
        return departures.get(bucket, key);
    }
}

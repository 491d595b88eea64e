package dev.varve.engine;

import dev.varve.engine.Departure.Reason;
import dev.varve.env.Clock;
import java.util.Optional;

/// Remembers why keys are not there any more: the latest departure of each, in a [HashedTable].
///
/// Thread-safe.
final class DepartureLog {
    private final HashedTable<Departure> departures = new HashedTable<>();
    private final Clock clock;

    DepartureLog(Clock clock) {
        this.clock = clock;
    }

    void note(BucketState bucket, ObjectInfo info, Reason reason, int reads, String detail) {
        long now = clock.epochMillis();
        departures.put(bucket, info.key(), new Departure(
                reason, now, Math.max(0, now - info.createdMillis()), reads, detail));
    }

    Optional<Departure> latest(BucketState bucket, ObjectKey key) {
        return departures.get(bucket, key);
    }
}

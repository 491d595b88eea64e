package dev.varve.engine;

import dev.varve.engine.Departure.Reason;
import dev.varve.env.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Remembers why keys are not there any more: the latest departure for each of [#SLOTS] hashes, so
/// that memory is bounded and noting one costs a store. A newer departure may displace another
/// key's.
///
/// Thread-safe.
final class DepartureLog {
    static final int SLOTS = 1 << 16;

    private final AtomicReferenceArray<Note> notes = new AtomicReferenceArray<>(SLOTS);
    private final Clock clock;

    /// @param name stands for bucket and key: keys are long, and two share one rarely enough
    private record Note(long name, Departure departure) {}

    DepartureLog(Clock clock) {
        this.clock = clock;
    }

    void note(BucketState bucket, ObjectInfo info, Reason reason, int reads, String detail) {
        long now = clock.epochMillis();
        var departure = new Departure(reason, now, Math.max(0, now - info.createdMillis()), reads,
                detail);
        long name = info.key().fingerprint(bucket.id());
        notes.set(slot(name), new Note(name, departure));
    }

    Optional<Departure> latest(BucketState bucket, ObjectKey key) {
        long name = key.fingerprint(bucket.id());
        var note = notes.get(slot(name));
        return note != null && note.name == name
                ? Optional.of(note.departure)
                : Optional.empty();
    }

    private static int slot(long name) {
        return (int) ((name * 0x9E37_79B9_7F4A_7C15L) >>> 48);
    }
}

package dev.varve.engine;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/// Counts what lookups find, for all and for each share, and the bytes that move for each share and
/// each bucket.
///
/// Thread-safe.
final class Lookups {
    private final EngineCounters counters;
    private volatile Division division;

    Lookups(EngineCounters counters, Division division) {
        this.counters = counters;
        this.division = division;
    }

    void divide(Division next) {
        division = next;
    }

    /// How many there were.
    long counted() {
        return counters.hits.sum() + counters.misses.sum();
    }

    /// Counts bytes that moved.
    ///
    /// @param counter which of the counters they belong to
    void moved(
            BucketState bucket,
            ObjectKey key,
            long bytes,
            Function<Traffic, LongAdder> counter) {
        counter.apply(bucket.traffic()).add(bytes);
        var present = division;
        if (present.isDivided()) {
            counter.apply(present.of(bucket, key).tally().traffic()).add(bytes);
        }
    }

    void count(BucketState bucket, ObjectKey key, boolean hit) {
        (hit ? counters.hits : counters.misses).increment();
        var present = division;
        if (present.isDivided()) {
            var tally = present.of(bucket, key).tally();
            (hit ? tally.hits() : tally.misses()).increment();
        }
    }
}

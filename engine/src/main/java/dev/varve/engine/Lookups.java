package dev.varve.engine;

/// Counts what lookups find, for all and for each share.
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

    void count(BucketState bucket, ObjectKey key, boolean hit) {
        (hit ? counters.hits : counters.misses).increment();
        var present = division;
        if (present.isDivided()) {
            var tally = present.of(bucket, key).tally();
            (hit ? tally.hits() : tally.misses()).increment();
        }
    }
}

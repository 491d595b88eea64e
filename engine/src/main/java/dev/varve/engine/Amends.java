package dev.varve.engine;

import dev.varve.env.StorageException;
import dev.varve.env.Tasks;

/// Tells the catalog what it could not be told while its disk did not answer: which keys no longer
/// mean what it says.
///
/// Thread-safe: the key locks of [ObjectTable].
final class Amends implements Tasks.Worker {
    private static final int BATCH = 1000;

    private final BucketRegistry buckets;
    private final ObjectTable table;

    Amends(BucketRegistry buckets, ObjectTable table) {
        this.buckets = buckets;
        this.table = table;
    }

    /// Tells of some keys, unless the catalog still does not answer.
    @Override
    public int doWork() {
        int told = 0;
        for (var bucket : buckets.all()) {
            for (var key : bucket.outdated()) {
                try {
                    table.amend(bucket, key);
                } catch (StorageException failed) {
                    return 0; // another step will come
                }
                if (++told == BATCH) {
                    return told;
                }
            }
        }
        return told;
    }
}

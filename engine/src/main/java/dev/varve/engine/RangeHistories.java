package dev.varve.engine;

import dev.varve.policy.RangePredictor;
import dev.varve.policy.RangePredictor.Forecast;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// What was asked for last of objects of several blocks, whoever asked.
///
/// Bounded: one for each of [#SLOTS] hashes, less than 2 MiB. A newer object displaces another one,
/// which is known again after its next ranges.
///
/// Thread-safe: readers of one object take turns.
final class RangeHistories {
    static final int SLOTS = 1 << 12;

    private final AtomicReferenceArray<History> histories = new AtomicReferenceArray<>(SLOTS);

    /// @param name stands for bucket and key
    private record History(long name, RangePredictor predictor) {}

    /// A range of an object was asked for; tells what comes next.
    Optional<Forecast> asked(
            BucketState bucket,
            ObjectInfo object,
            long offset,
            long lengthBytes) {
        long name = object.key().fingerprint(bucket.id());
        int slot = (int) ((name * 0x9E37_79B9_7F4A_7C15L) >>> 52);
        var history = histories.get(slot);
        if (history == null || history.name != name) {
            history = new History(name, new RangePredictor());
            histories.set(slot, history);
        }
        synchronized (history.predictor) {
            return history.predictor.asked(offset, lengthBytes, object.sizeBytes());
        }
    }
}

package dev.varve.engine;

import dev.varve.policy.RangePredictor;
import dev.varve.policy.RangePredictor.Forecast;
import java.util.Optional;

/// What was asked for last of objects of several blocks, whoever asked.
///
/// Bounded: [HashedTable], less than 2 MiB.
///
/// Thread-safe: readers of one object take turns.
final class RangeHistories {
    static final int SLOTS = 1 << 12;

    private final HashedTable<RangePredictor> predictors = new HashedTable<>(SLOTS);

    /// A range of an object was asked for; tells what comes next.
    Optional<Forecast> asked(
            BucketState bucket,
            ObjectInfo object,
            long offset,
            long lengthBytes) {
        var predictor = predictors.get(bucket, object.key()).orElseGet(() -> {
            var begun = new RangePredictor();
            predictors.put(bucket, object.key(), begun);
            return begun;
        });
        synchronized (predictor) {
            return predictor.asked(offset, lengthBytes, object.sizeBytes());
        }
    }
}

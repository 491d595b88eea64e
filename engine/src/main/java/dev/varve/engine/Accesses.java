package dev.varve.engine;

import dev.varve.engine.Access.Operation;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Tells the listener, if there is one, what is done to objects. Costs one read of a field where
/// there is none. Buckets that doors do not show are not told of.
///
/// Thread-safe: by volatile fields.
final class Accesses {
    private final AtomicInteger clients = new AtomicInteger();
    private volatile @Nullable AccessListener listener;
    private volatile Division division;

    Accesses(Division division) {
        this.division = division;
    }

    void divide(Division next) {
        division = next;
    }

    void listen(Optional<AccessListener> next) {
        listener = next.orElse(null);
    }

    int newClient() {
        return clients.incrementAndGet();
    }

    void read(BucketState bucket, ObjectKey key, Optional<ObjectReader> found, int client) {
        if (listener != null) {
            tell(found.isPresent() ? Operation.READ_HIT : Operation.READ_MISS, bucket, key,
                    found.map(reader -> reader.info().sizeBytes()).orElse(0L), client);
        }
    }

    void exists(BucketState bucket, ObjectKey key, Optional<ObjectInfo> found, int client) {
        if (listener != null) {
            tell(found.isPresent() ? Operation.EXISTS_HIT : Operation.EXISTS_MISS, bucket, key,
                    found.map(ObjectInfo::sizeBytes).orElse(0L), client);
        }
    }

    /// A change, if it took place.
    void changed(
            Operation operation,
            BucketState bucket,
            ObjectKey key,
            CommitOutcome outcome,
            int client) {
        if (listener != null && outcome instanceof CommitOutcome.Done(var present, var _)) {
            tell(operation, bucket, key, present.map(ObjectInfo::sizeBytes).orElse(0L), client);
        }
    }

    private void tell(
            Operation operation,
            BucketState bucket,
            ObjectKey key,
            long sizeBytes,
            int client) {
        var present = listener;
        if (present != null && !bucket.isHidden()) {
            int share = division.of(bucket, key).index();
            present.accessed(
                    new Access(operation, key, sizeBytes, bucket.id(), share, client));
        }
    }
}

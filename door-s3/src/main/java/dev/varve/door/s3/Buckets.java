package dev.varve.door.s3;

import dev.varve.engine.Bucket;
import dev.varve.engine.Engine;
import java.util.List;
import java.util.Optional;

/// The engine's buckets as this door shows them: without the hidden ones.
///
/// Thread-safe: it has no state.
final class Buckets {
    private final Engine engine;

    Buckets(Engine engine) {
        this.engine = engine;
    }

    Engine engine() {
        return engine;
    }

    List<Bucket> all() {
        return engine.buckets()
                .stream()
                .filter(bucket -> !BucketName.isHidden(bucket.name()))
                .toList();
    }

    Optional<Bucket> find(String name) {
        return BucketName.isHidden(name) ? Optional.empty() : engine.bucket(name);
    }

    /// The bucket that a request is about. Those that other doors created may have names that could
    /// not be created here.
    ///
    /// @throws S3Exception NoSuchBucket, InvalidBucketName
    Bucket of(S3Request request) {
        return named(request, request.bucket());
    }

    /// @throws S3Exception NoSuchBucket, InvalidBucketName
    Bucket named(S3Request request, String name) {
        return named(name).as(request.client());
    }

    /// @throws S3Exception NoSuchBucket, InvalidBucketName
    Bucket named(String name) {
        return find(name).orElseThrow(() -> {
            BucketName.requireValid(name);
            return S3Error.NO_SUCH_BUCKET.exception().detail("BucketName", name);
        });
    }
}

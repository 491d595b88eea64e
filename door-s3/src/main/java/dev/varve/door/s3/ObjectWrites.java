package dev.varve.door.s3;

import dev.varve.door.s3.Payload.Received;
import dev.varve.door.s3.Payload.Wanted;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.Precondition;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// PutObject and DeleteObject.
///
/// Thread-safe: it has no state.
final class ObjectWrites {
    private final Buckets buckets;
    private final S3Settings settings;
    private final RandomGenerator random;

    ObjectWrites(Buckets buckets, S3Settings settings, RandomGenerator random) {
        this.buckets = buckets;
        this.settings = settings;
        this.random = random;
    }

    Response put(S3Request request) {
        var bucket = buckets.of(request);
        var labels = ObjectHeaders.labels(request);
        long length = contentLength(request, settings);
        var conditions = WriteConditions.of(request);
        if (!conditions.isEmpty()) {
            conditions.requireNow(bucket.head(request.key()));
        }
        try (var writer = bucket.writer(request.key(), length)) {
            var received = request.payload()
                    .receive(
                            writer::write, new Wanted(wantsMd5(request, settings), Set.of()));
            addDigests(labels, received, etag(received, settings, random));
            var object = conditions.require(writer.commit(
                    new ObjectAttributes(ObjectAttributes.NEVER, labels), conditions));
            var response = Response.empty(200).header("etag", ETag.quoted(object));
            ObjectHeaders.writeChecksum(labels, response.headers());
            return response;
        }
    }

    Response delete(S3Request request) {
        var bucket = buckets.of(request);
        Versions.requireNull(request);
        var condition = DeleteCondition.of(request);
        if (bucket.delete(request.key(), condition) instanceof CommitOutcome.Refused) {
            throw S3Error.PRECONDITION_FAILED.exception().detail("Condition", "If-Match");
        }
        return Response.empty(204);
    }

    /// The length of an upload in one piece.
    ///
    /// @throws S3Exception MissingContentLength, EntityTooLarge
    static long contentLength(S3Request request, S3Settings settings) {
        long length = request.payload().lengthBytes();
        long max = Math.min(settings.limits().singlePutBytes(), settings.limits().objectBytes());
        if (length > max) {
            throw S3Error.ENTITY_TOO_LARGE.exception()
                    .detail("ProposedSize", Long.toString(length))
                    .detail("MaxSizeAllowed", Long.toString(max));
        }
        return length;
    }

    static boolean wantsMd5(S3Request request, S3Settings settings) {
        return settings.etags() == S3Settings.ETags.MD5 || request.payload().hasMd5();
    }

    static String etag(Received received, S3Settings settings, RandomGenerator random) {
        return received.md5().map(ETag::ofMd5).orElseGet(() -> ETag.random(random));
    }

    static void addDigests(Map<String, String> labels, Received received, String etag) {
        labels.put(ETag.LABEL, etag);
        received.checksums()
                .forEach(
                        (algorithm, value) -> labels.put(algorithm.headerName(), value));
    }

    /// What must hold of an object that is to be deleted; one that is missing is as good as deleted.
    ///
    /// @param ifMatch      a list of ETags
    /// @param modified     seconds since the epoch
    /// @param sizeBytes    the object's size
    record DeleteCondition(
            Optional<String> ifMatch,
            Optional<Long> modified,
            Optional<Long> sizeBytes) {

        static Precondition of(S3Request request) {
            return new DeleteCondition(request.header("if-match"),
                    request.header("x-amz-if-match-last-modified-time")
                            .flatMap(Dates::parseHttp),
                    request.header("x-amz-if-match-size").flatMap(DeleteCondition::number))
                    .precondition();
        }

        static Optional<Long> number(String text) {
            try {
                return Optional.of(Long.parseLong(text));
            } catch (NumberFormatException _) {
                throw S3Exception.invalidArgument("size", text, "The size must be a number");
            }
        }

        Precondition precondition() {
            if (ifMatch.isEmpty() && modified.isEmpty() && sizeBytes.isEmpty()) {
                return Precondition.NONE;
            }
            return present -> present.isEmpty() || present.filter(
                    object -> ifMatch.map(list -> ETag.matches(list, ETag.of(object))).orElse(true)
                            && modified.map(m -> m == object.createdMillis() / 1000).orElse(true)
                            && sizeBytes.map(s -> s == object.sizeBytes()).orElse(true))
                    .isPresent();
        }
    }
}

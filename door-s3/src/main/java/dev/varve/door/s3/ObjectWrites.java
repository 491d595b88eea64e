package dev.varve.door.s3;

import dev.varve.door.s3.Payload.Received;
import dev.varve.door.s3.Payload.Wanted;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectWriter;
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
            var wanted = new Wanted(wantsMd5(request, settings), Set.of());
            var received = receive(request, writer, wanted, settings);
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

    /// The length of an upload in one piece, as a writer wants it: -1 where it will only be known
    /// at the end.
    ///
    /// @throws S3Exception MissingContentLength, EntityTooLarge
    static long contentLength(S3Request request, S3Settings settings) {
        long length = request.payload().lengthBytes();
        requireFits(length, settings);
        return length;
    }

    /// Takes a request's content into a writer.
    static Received receive(
            S3Request request,
            ObjectWriter writer,
            Wanted wanted,
            S3Settings settings) {
        return request.payload().receive(piece -> {
            requireFits(writer.lengthBytes() + piece.remaining(), settings);
            writer.write(piece);
        }, wanted);
    }

    private static void requireFits(long length, S3Settings settings) {
        long max = Math.min(settings.limits().singlePutBytes(), settings.limits().objectBytes());
        if (length > max) {
            throw S3Error.ENTITY_TOO_LARGE.exception()
                    .detail("ProposedSize", Long.toString(length))
                    .detail("MaxSizeAllowed", Long.toString(max));
        }
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

    /// What must hold of an object that is to be deleted; one that is missing is as good as
    /// deleted.
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

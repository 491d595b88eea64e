package dev.varve.door.s3;

import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectReader;
import dev.varve.engine.Peek;
import dev.varve.env.StorageException;
import java.util.Optional;

/// GetObject and HeadObject.
///
/// Thread-safe: it has no state.
final class ObjectReads {
    private static final String OVERRIDE_PREFIX = "response-";
    private static final String PART_NUMBER = "partNumber";
    private static final long MAX_HELD_BYTES = 16 << 20;

    private final Buckets buckets;

    ObjectReads(Buckets buckets) {
        this.buckets = buckets;
    }

    Response get(S3Request request) {
        var bucket = buckets.of(request);
        Versions.requireNull(request);
        return get(request, bucket, open(request, bucket));
    }

    /// As [#get] where all of the object is in memory; its first bytes are read already.
    Optional<Response> tryGet(S3Request request) {
        var bucket = buckets.of(request);
        Versions.requireNull(request);
        return tryOpen(request, bucket).map(reader -> get(request, bucket, reader));
    }

    Response head(S3Request request) {
        var bucket = buckets.of(request);
        Versions.requireNull(request);
        return head(request, bucket.lease(request.key()).orElseThrow(() -> noSuchKey(request)));
    }

    /// As [#head] where memory can tell.
    Optional<Response> tryHead(S3Request request) {
        var bucket = buckets.of(request);
        Versions.requireNull(request);
        return switch (bucket.tryLease(request.key())) {
            case Peek.Hit<ObjectInfo>(var info) -> Optional.of(head(request, info));
            case Peek.Miss<ObjectInfo> _ -> throw noSuchKey(request);
            case Peek.Unsure<ObjectInfo> _ -> Optional.empty();
        };
    }

    private static Response head(S3Request request, ObjectInfo info) {
        requireConditions(request, info);
        var selection = select(request, info);
        long length = selection.map(ByteRange::lengthBytes).orElse(info.sizeBytes());
        return describe(request, info, selection, new Response.Announced(length));
    }

    private static ObjectReader open(S3Request request, Bucket bucket) {
        return tryOpen(request, bucket).or(() -> bucket.open(request.key()))
                .orElseThrow(() -> noSuchKey(request));
    }

    /// What is opened from memory holds all of its blocks until it is closed; large objects, whose
    /// reader may be slow, are therefore not.
    private static Optional<ObjectReader> tryOpen(S3Request request, Bucket bucket) {
        return switch (bucket.tryOpen(request.key())) {
            case Peek.Hit<ObjectReader>(var reader) -> {
                if (reader.info().sizeBytes() <= MAX_HELD_BYTES) {
                    yield Optional.of(reader);
                }
                reader.close();
                yield Optional.empty();
            }
            case Peek.Miss<ObjectReader> _ -> throw noSuchKey(request);
            case Peek.Unsure<ObjectReader> _ -> Optional.empty();
        };
    }

    /// @param reader owned
    private static Response get(S3Request request, Bucket bucket, ObjectReader reader) {
        try {
            var info = reader.info();
            requireConditions(request, info);
            var selection = select(request, info);
            var walk = new SliceWalk(reader, selection.orElse(ByteRange.whole(info.sizeBytes())));
            var response = describe(request, info, selection, new Response.Slice(walk));
            prefetch(request, bucket, walk); // last, for nothing gives back what it holds
            return response;
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /// Reads the first block while an error can still be told. What a cache bucket has lost is a
    /// miss.
    private static void prefetch(S3Request request, Bucket bucket, SliceWalk walk) {
        try {
            walk.prefetch();
        } catch (StorageException e) {
            throw switch (e.kind()) {
                case CORRUPT, ABSENT -> switch (bucket.bucketClass()) {
                    case CACHE -> noSuchKey(request);
                    case DURABLE -> S3Error.INTERNAL_ERROR.exception();
                };
                case UNAVAILABLE, FULL, CLOSED, CONFIG, CONFLICT -> e;
            };
        }
    }

    static S3Exception noSuchKey(S3Request request) {
        return S3Error.NO_SUCH_KEY.exception().detail("Key", request.key().text());
    }

    private static void requireConditions(S3Request request, ObjectInfo info) {
        switch (ReadConditions.of(request).check(info)) {
            case HOLDS -> {
                // goes on
            }
            case FAILED -> throw S3Error.PRECONDITION_FAILED.exception();
            case NOT_MODIFIED -> throw S3Error.NOT_MODIFIED.exception()
                    .header("etag", ETag.quoted(info))
                    .header("last-modified", Dates.http(info.createdMillis()));
        }
    }

    /// The part of the object that a Range header or a part number asks for.
    private static Optional<ByteRange> select(S3Request request, ObjectInfo info) {
        var range = request.header("range");
        var number = request.query().number(PART_NUMBER);
        if (number.isEmpty()) {
            return ByteRange.parse(range, info.sizeBytes());
        }
        if (range.isPresent()) {
            throw S3Error.INVALID_REQUEST.exception(
                    "Cannot specify both Range header and partNumber query parameter");
        }
        MultipartUploads.requirePartNumber(number.get());
        return PartSizes.of(info).range(number.get());
    }

    private static Response describe(
            S3Request request,
            ObjectInfo info,
            Optional<ByteRange> selection,
            Response.Content content) {
        var response = Response.of(selection.isPresent() ? 206 : 200, content);
        ObjectHeaders.write(info, response);
        selection.ifPresent(range -> response
                .header("content-range", range.contentRange(info.sizeBytes())));
        if (request.query().has(PART_NUMBER) && PartSizes.of(info).isMultipart()) {
            response.header("x-amz-mp-parts-count",
                    Integer.toString(PartSizes.of(info).count()));
        }
        boolean whole = selection.isEmpty();
        if (whole && request.header("x-amz-checksum-mode")
                .filter(mode -> mode.equalsIgnoreCase("ENABLED"))
                .isPresent()) {
            ObjectHeaders.writeChecksum(info.attributes().labels(), response.headers());
        }
        override(request, response);
        return response;
    }

    private static void override(S3Request request, Response response) {
        for (var name : request.query().names()) {
            var header = name.startsWith(OVERRIDE_PREFIX)
                    ? name.substring(OVERRIDE_PREFIX.length())
                    : "";
            switch (header) {
                case "content-type", "content-language", "expires", "cache-control",
                        "content-disposition", "content-encoding" -> {
                    if (request.accessKey().isEmpty()) {
                        throw S3Error.INVALID_REQUEST.exception("Request specific response headers"
                                + " cannot be used for anonymous GET requests.");
                    }
                    setOverride(response, header, request.query().text(name).orElse(""));
                }
                default -> {
                    // no override
                }
            }
        }
    }

    private static void setOverride(Response response, String header, String value) {
        try {
            response.header(header, value);
        } catch (IllegalArgumentException _) {
            throw S3Exception.invalidArgument(OVERRIDE_PREFIX + header, value,
                    "Header value cannot be represented");
        }
    }
}

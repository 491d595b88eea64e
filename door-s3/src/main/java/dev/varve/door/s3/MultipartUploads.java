package dev.varve.door.s3;

import dev.varve.door.s3.MultipartStore.Upload;
import dev.varve.door.s3.Payload.Received;
import dev.varve.door.s3.Payload.Wanted;
import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.Precondition;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Creating, filling and ending uploads in parts; completing them is [MultipartCompletion].
///
/// Thread-safe: it has no state.
final class MultipartUploads {
    static final int MAX_PARTS = 10_000;

    /// The label of an upload that names the checksum of its object.
    static final String CHECKSUM_ALGORITHM = "x-amz-checksum-algorithm";

    private final Buckets buckets;
    private final MultipartStore store;
    private final S3Settings settings;
    private final RandomGenerator random;

    MultipartUploads(
            Buckets buckets,
            MultipartStore store,
            S3Settings settings,
            RandomGenerator random) {
        this.buckets = buckets;
        this.store = store;
        this.settings = settings;
        this.random = random;
    }

    Response create(S3Request request) {
        var bucket = buckets.of(request);
        var labels = new TreeMap<>(ObjectHeaders.labels(request));
        var algorithm = requestedAlgorithm(request);
        var type = requestedType(request, algorithm);
        algorithm.ifPresent(a -> labels.put(CHECKSUM_ALGORITHM, a.name()));
        type.ifPresent(t -> labels.put(ObjectHeaders.CHECKSUM_TYPE, t.name()));
        var upload = store.begin(bucket, request.key(), labels);
        var response = Response.xml(200, XmlWriter.document("InitiateMultipartUploadResult")
                .text("Bucket", bucket.name())
                .text("Key", request.key().text())
                .text("UploadId", upload.id()));
        algorithm.ifPresent(a -> response.header(CHECKSUM_ALGORITHM, a.name()));
        type.ifPresent(t -> response.header(ObjectHeaders.CHECKSUM_TYPE, t.name()));
        return response;
    }

    Response uploadPart(S3Request request) {
        var bucket = buckets.of(request);
        int number = partNumber(request);
        long length = ObjectWrites.contentLength(request, settings);
        ObjectHeaders.requireSupported(request);
        var upload = require(request, bucket);
        var wanted = wanted(upload, ObjectWrites.wantsMd5(request, settings));
        request.payload().algorithm().ifPresent(a -> requireSame(upload, a));
        var key = store.newPartKey(bucket, upload, number);
        try (var writer = store.hidden(bucket.bucketClass()).writer(key, length)) {
            var received = ObjectWrites.receive(request, writer, wanted, settings);
            var labels = labels(received);
            writer.commit(new ObjectAttributes(ObjectAttributes.NEVER, labels),
                    Precondition.NONE);
        }
        var part = settle(bucket, upload, number, key);
        var response = Response.empty(200).header("etag", ETag.quoted(part));
        ObjectHeaders.writeChecksum(part.attributes().labels(), response.headers());
        response.headers().remove(ObjectHeaders.CHECKSUM_TYPE);
        return response;
    }

    Response copyPart(S3Request request) {
        var bucket = buckets.of(request);
        int number = partNumber(request);
        var upload = require(request, bucket);
        ObjectHeaders.requireSupported(request);
        var key = store.newPartKey(bucket, upload, number);
        try (var source = ObjectCopies.open(buckets, request)) {
            var range = copyRange(request, source.info().sizeBytes());
            var wanted = wanted(upload, settings.etags() == S3Settings.ETags.MD5);
            try (var writer = store.hidden(bucket.bucketClass())
                    .writer(key, range.lengthBytes())) {
                var received = ObjectCopies.transfer(source, range, writer, wanted);
                writer.commit(new ObjectAttributes(ObjectAttributes.NEVER, labels(received)),
                        Precondition.NONE);
            }
        }
        var part = settle(bucket, upload, number, key);
        var xml = XmlWriter.document("CopyPartResult");
        ObjectCopies.describe(xml, part);
        return Response.xml(200, xml);
    }

    Response abort(S3Request request) {
        var bucket = buckets.of(request);
        if (!store.abort(bucket, require(request, bucket))) {
            throw S3Error.NO_SUCH_UPLOAD.exception();
        }
        return Response.empty(204);
    }

    /// The upload that a request names.
    ///
    /// @throws S3Exception NoSuchUpload
    private Upload require(S3Request request, Bucket bucket) {
        var id = request.query().text("uploadId").orElse("");
        return store.find(bucket, request.key(), id)
                .orElseThrow(() -> S3Error.NO_SUCH_UPLOAD.exception().detail("UploadId", id));
    }

    /// Ends the writing of a part: older attempts go; if the upload has ended meanwhile, so does
    /// this.
    private ObjectInfo settle(Bucket bucket, Upload upload, int number, ObjectKey key) {
        var hidden = store.hidden(bucket.bucketClass());
        var part = hidden.head(key);
        boolean alive = store.find(bucket, upload.key(), upload.id()).isPresent();
        if (!alive || part.isEmpty()) {
            hidden.delete(key, Precondition.NONE);
            throw S3Error.NO_SUCH_UPLOAD.exception().detail("UploadId", upload.id());
        }
        store.removeOlder(bucket, upload, number, part.get());
        return part.get();
    }

    private Map<String, String> labels(Received received) {
        var labels = new TreeMap<String, String>();
        ObjectWrites.addDigests(labels, received,
                ObjectWrites.etag(received, settings, random));
        return labels;
    }

    /// The checksum that the upload's object is to have is computed even where the client sends
    /// none.
    private static Wanted wanted(Upload upload, boolean md5) {
        return new Wanted(md5, algorithm(upload)
                .<Set<ChecksumAlgorithm>>map(Set::of)
                .orElseGet(Set::of));
    }

    private static void requireSame(Upload upload, ChecksumAlgorithm announced) {
        algorithm(upload).filter(expected -> expected != announced).ifPresent(expected -> {
            throw S3Error.INVALID_REQUEST.exception(
                    "Checksum Type mismatch occurred, expected checksum Type: "
                            + expected.name().toLowerCase(Locale.ROOT)
                            + ", actual checksum Type: "
                            + announced.name().toLowerCase(Locale.ROOT));
        });
    }

    private static ByteRange copyRange(S3Request request, long sizeBytes) {
        var header = request.header("x-amz-copy-source-range");
        if (header.isEmpty()) {
            return new ByteRange(0, sizeBytes);
        }
        var range = header.filter(h -> h.matches("bytes=\\d+-\\d+"))
                .flatMap(h -> ByteRange.parse(header, sizeBytes))
                .orElseThrow(() -> S3Exception.invalidArgument("x-amz-copy-source-range",
                        header.get(), "The x-amz-copy-source-range value must be of the form"
                                + " bytes=first-last where first and last are the zero-based"
                                + " offsets of the first and last bytes to copy"));
        var last = header.get().substring(header.get().indexOf('-') + 1);
        if (!last.equals(Long.toString(range.offset() + range.lengthBytes() - 1))) {
            throw S3Error.INVALID_RANGE.exception(
                    "The requested range is not valid for the source of size " + sizeBytes);
        }
        return range;
    }

    /// The checksum that an upload's object is to have.
    static Optional<ChecksumAlgorithm> algorithm(Upload upload) {
        return Optional.ofNullable(upload.labels().get(CHECKSUM_ALGORITHM))
                .flatMap(ChecksumAlgorithm::named);
    }

    /// The checksum that a request asks for.
    static Optional<ChecksumAlgorithm> requestedAlgorithm(S3Request request) {
        var name = request.header(CHECKSUM_ALGORITHM);
        return name.map(text -> ChecksumAlgorithm.named(text)
                .orElseThrow(() -> S3Error.INVALID_REQUEST.exception(
                        "Checksum algorithm provided is unsupported. Please try again with any of"
                                + " the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")));
    }

    private static Optional<ChecksumAlgorithm.Type> requestedType(
            S3Request request,
            Optional<ChecksumAlgorithm> algorithm) {
        var name = request.header(ObjectHeaders.CHECKSUM_TYPE);
        if (algorithm.isEmpty()) {
            if (name.isPresent()) {
                throw S3Error.INVALID_REQUEST.exception("The x-amz-checksum-type header can only be"
                        + " used with the x-amz-checksum-algorithm header.");
            }
            return Optional.empty();
        }
        var type = name.map(text -> switch (text.toUpperCase(Locale.ROOT)) {
            case "COMPOSITE" -> ChecksumAlgorithm.Type.COMPOSITE;
            case "FULL_OBJECT" -> ChecksumAlgorithm.Type.FULL_OBJECT;
            default -> throw S3Error.INVALID_REQUEST
                    .exception("Value for x-amz-checksum-type header is invalid.");
        }).orElse(algorithm.get().defaultType());
        if (!algorithm.get().supports(type)) {
            throw S3Error.INVALID_REQUEST.exception("The " + type + " checksum type cannot be used"
                    + " with the " + algorithm.get().name().toLowerCase(Locale.ROOT)
                    + " checksum algorithm.");
        }
        return Optional.of(type);
    }

    private static int partNumber(S3Request request) {
        int number = request.query().number("partNumber").orElse(0);
        requirePartNumber(number);
        return number;
    }

    /// @throws S3Exception InvalidArgument
    static void requirePartNumber(int number) {
        if (number < 1 || number > MAX_PARTS) {
            throw S3Exception.invalidArgument("partNumber", Integer.toString(number),
                    "Part number must be an integer between 1 and 10000, inclusive");
        }
    }
}

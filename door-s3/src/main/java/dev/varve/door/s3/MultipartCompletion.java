package dev.varve.door.s3;

import dev.varve.door.s3.MultipartStore.Upload;
import dev.varve.door.s3.Payload.ChecksumHeaders;
import dev.varve.engine.Bucket;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import dev.varve.env.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// CompleteMultipartUpload: makes one object out of an upload's parts, without copying a byte.
///
/// The object remembers its upload in the label [#UPLOAD_LABEL], so that a client that missed the
/// answer gets the same one again.
///
/// Thread-safe: it has no state.
final class MultipartCompletion {
    /// The label that names the upload that an object was made of.
    static final String UPLOAD_LABEL = "s3-upload";

    /// The least length of each part but the last.
    static final long MIN_PART_BYTES = 5 << 20;

    private final Buckets buckets;
    private final MultipartStore store;
    private final S3Settings settings;

    /// A part as the client listed it.
    private record Listed(int number, String etag, XmlElement element) {}

    /// The parts as they are stored, and the checksum of them together.
    private record Assembly(
            List<ObjectInfo> parts,
            Optional<ChecksumAlgorithm> algorithm,
            Optional<String> checksum) {

        List<Long> partsBytes() {
            return parts.stream().map(ObjectInfo::sizeBytes).toList();
        }

        long totalBytes() {
            return parts.stream().mapToLong(ObjectInfo::sizeBytes).sum();
        }
    }

    MultipartCompletion(Buckets buckets, MultipartStore store, S3Settings settings) {
        this.buckets = buckets;
        this.store = store;
        this.settings = settings;
    }

    Response complete(S3Request request) {
        var bucket = buckets.of(request);
        var document = request.payload()
                .bytes(settings.limits().xmlBytes(), ChecksumHeaders.OF_RESULT);
        var listed = listed(XmlElement.parse(document, "CompleteMultipartUpload"));
        var id = request.query().text("uploadId").orElse("");
        var upload = store.find(bucket, request.key(), id);
        if (upload.isEmpty()) {
            return ended(request, bucket, id);
        }
        try {
            var assembly = assemble(bucket, upload.get(), listed);
            requireAnnounced(request, assembly);
            var conditions = WriteConditions.of(request);
            var object = conditions.require(
                    compose(bucket, upload.get(), assembly, conditions));
            store.removeParts(bucket, id);
            return answer(request, object);
        } catch (StorageException | S3Exception e) {
            // Whoever ended the upload since we found it took the parts away under us.
            if (store.find(bucket, request.key(), id).isEmpty()) {
                return ended(request, bucket, id);
            }
            throw e instanceof StorageException s && s.kind() == StorageException.Kind.ABSENT
                    ? S3Error.INVALID_PART.exception()
                    : e;
        }
    }

    /// The answer to who comes after another has ended the upload: the object, if that was made.
    private Response ended(S3Request request, Bucket bucket, String id) {
        return bucket.head(request.key())
                .filter(object -> id.equals(object.attributes().labels().get(UPLOAD_LABEL)))
                .map(object -> answer(request, object))
                .orElseThrow(() -> S3Error.NO_SUCH_UPLOAD.exception().detail("UploadId", id));
    }

    private CommitOutcome compose(
            Bucket bucket,
            Upload upload,
            Assembly assembly,
            WriteConditions conditions) {
        var keys = new ArrayList<ObjectKey>();
        keys.add(upload.marker().key());
        assembly.parts.forEach(part -> keys.add(part.key()));
        return bucket.compose(upload.key(), store.hidden(bucket.bucketClass()), keys,
                new ObjectAttributes(ObjectAttributes.NEVER, labels(upload, assembly)),
                conditions);
    }

    private static Map<String, String> labels(Upload upload, Assembly assembly) {
        var labels = new TreeMap<>(upload.labels());
        labels.remove(MultipartUploads.CHECKSUM_ALGORITHM);
        labels.put(ETag.LABEL, ETag.ofParts(assembly.parts.stream().map(ETag::of).toList()));
        labels.put(PartSizes.LABEL, PartSizes.text(assembly.partsBytes()));
        labels.put(UPLOAD_LABEL, upload.id());
        assembly.algorithm.ifPresent(algorithm -> assembly.checksum
                .ifPresent(value -> labels.put(algorithm.headerName(), value)));
        return labels;
    }

    private static List<Listed> listed(XmlElement root) {
        var parts = root.children("Part");
        if (parts.isEmpty() || parts.size() > MultipartUploads.MAX_PARTS) {
            throw S3Error.MALFORMED_XML.exception();
        }
        var listed = new ArrayList<Listed>();
        for (var part : parts) {
            int number;
            try {
                number = Integer.parseInt(part.childText("PartNumber").orElse(""));
            } catch (NumberFormatException _) {
                throw S3Error.MALFORMED_XML.exception();
            }
            MultipartUploads.requirePartNumber(number);
            if (!listed.isEmpty() && listed.getLast().number >= number) {
                throw S3Error.INVALID_PART_ORDER.exception();
            }
            var etag = part.childText("ETag").orElseThrow(S3Error.MALFORMED_XML::exception);
            listed.add(new Listed(number, ETag.unquoted(etag), part));
        }
        return listed;
    }

    private Assembly assemble(Bucket bucket, Upload upload, List<Listed> listed) {
        var stored = store.parts(bucket, upload);
        var parts = new ArrayList<ObjectInfo>();
        for (var wanted : listed) {
            var part = stored.get(wanted.number);
            if (part == null || !ETag.of(part).equals(wanted.etag)
                    || !checksumsAgree(wanted.element, part)) {
                throw S3Error.INVALID_PART.exception()
                        .detail("UploadId", upload.id())
                        .detail("PartNumber", Integer.toString(wanted.number))
                        .detail("ETag", wanted.etag);
            }
            parts.add(part);
        }
        requireSizes(listed, parts);
        var algorithm = MultipartUploads.algorithm(upload);
        return new Assembly(parts, algorithm,
                algorithm.flatMap(a -> checksum(upload, a, parts)));
    }

    private void requireSizes(List<Listed> listed, List<ObjectInfo> parts) {
        for (int i = 0; i < parts.size() - 1; i++) {
            if (parts.get(i).sizeBytes() < MIN_PART_BYTES) {
                throw S3Error.ENTITY_TOO_SMALL.exception()
                        .detail("ProposedSize", Long.toString(parts.get(i).sizeBytes()))
                        .detail("MinSizeAllowed", Long.toString(MIN_PART_BYTES))
                        .detail("PartNumber", Integer.toString(listed.get(i).number))
                        .detail("ETag", listed.get(i).etag);
            }
        }
        long total = parts.stream().mapToLong(ObjectInfo::sizeBytes).sum();
        if (total > settings.limits().objectBytes()) {
            throw S3Error.ENTITY_TOO_LARGE.exception();
        }
    }

    private static boolean checksumsAgree(XmlElement listed, ObjectInfo part) {
        for (var algorithm : ChecksumAlgorithm.ALL) {
            var value = listed.childText(algorithm.elementName());
            var stored = part.attributes().labels().get(algorithm.headerName());
            if (value.isPresent() && stored != null && !value.get().equals(stored)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> checksum(
            Upload upload,
            ChecksumAlgorithm algorithm,
            List<ObjectInfo> parts) {
        var values = parts.stream()
                .map(part -> Optional.ofNullable(
                        part.attributes().labels().get(algorithm.headerName())))
                .flatMap(Optional::stream)
                .toList();
        if (values.size() < parts.size()) {
            return Optional.empty();
        }
        var type = ChecksumAlgorithm.Type.valueOf(upload.labels()
                .getOrDefault(ObjectHeaders.CHECKSUM_TYPE, algorithm.defaultType().name()));
        return Optional.of(switch (type) {
            case COMPOSITE -> algorithm.composite(values);
            case FULL_OBJECT -> algorithm.fullObject(values,
                    parts.stream().map(ObjectInfo::sizeBytes).toList());
        });
    }

    /// What the client says that the object will be must be so.
    private static void requireAnnounced(S3Request request, Assembly assembly) {
        var size = request.header("x-amz-mp-object-size");
        if (size.isPresent() && !size.get().equals(Long.toString(assembly.totalBytes()))) {
            throw S3Error.INVALID_REQUEST.exception("The provided 'x-amz-mp-object-size' header"
                    + " value " + size.get() + " does not match what was computed: "
                    + assembly.totalBytes());
        }
        for (var algorithm : ChecksumAlgorithm.ALL) {
            var value = request.header(algorithm.headerName());
            if (value.isEmpty()) {
                continue;
            }
            var computed = assembly.algorithm.filter(a -> a == algorithm).isPresent()
                    ? assembly.checksum
                    : fullObject(algorithm, assembly);
            if (!sameValue(value.get(), computed)) {
                throw S3Error.BAD_DIGEST.exception("The " + algorithm
                        + " you specified did not match the calculated checksum.");
            }
        }
    }

    /// The checksum over all bytes of an upload that was begun without naming one, if its parts
    /// have it.
    private static Optional<String> fullObject(ChecksumAlgorithm algorithm, Assembly assembly) {
        var values = assembly.parts.stream()
                .map(part -> part.attributes().labels().getOrDefault(algorithm.headerName(), ""))
                .toList();
        boolean can = algorithm.supports(ChecksumAlgorithm.Type.FULL_OBJECT)
                && !values.contains("");
        return can
                ? Optional.of(algorithm.fullObject(values, assembly.partsBytes()))
                : Optional.empty();
    }

    /// Clients may leave out the number of parts behind a composite checksum.
    private static boolean sameValue(String announced, Optional<String> computed) {
        return computed.filter(value -> value.equals(announced)
                || value.startsWith(announced + '-')).isPresent();
    }

    private static Response answer(S3Request request, ObjectInfo object) {
        var key = request.key().text();
        var path = PercentCodec.encode(request.target().path(), PercentCodec.Slash.KEPT);
        var xml = XmlWriter.document("CompleteMultipartUploadResult")
                .text("Location", "http://" + request.header("host").orElse("") + path)
                .text("Bucket", request.bucket())
                .text("Key", key)
                .text("ETag", ETag.quoted(object));
        var labels = object.attributes().labels();
        for (var algorithm : ChecksumAlgorithm.ALL) {
            var value = labels.get(algorithm.headerName());
            if (value != null) {
                xml.text(algorithm.elementName(), value)
                        .text("ChecksumType",
                                labels.getOrDefault(ObjectHeaders.CHECKSUM_TYPE, ""));
            }
        }
        return Response.xml(200, xml);
    }
}

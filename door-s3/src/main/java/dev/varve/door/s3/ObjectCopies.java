package dev.varve.door.s3;

import dev.varve.door.s3.Payload.Wanted;
import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectReader;
import dev.varve.engine.ObjectWriter;
import dev.varve.engine.Precondition;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// CopyObject, and what UploadPartCopy shares with it.
///
/// Thread-safe: it has no state.
final class ObjectCopies {
    private final Buckets buckets;
    private final S3Settings settings;
    private final RandomGenerator random;

    /// An object that is to be copied, opened.
    ///
    /// @param reader owned by whoever holds the source
    record Source(Bucket bucket, ObjectReader reader) implements AutoCloseable {
        ObjectInfo info() {
            return reader.info();
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    ObjectCopies(Buckets buckets, S3Settings settings, RandomGenerator random) {
        this.buckets = buckets;
        this.settings = settings;
        this.random = random;
    }

    Response copy(S3Request request) {
        var bucket = buckets.of(request);
        boolean replace = replaces(request, "x-amz-metadata-directive");
        var conditions = WriteConditions.of(request);
        var own = ObjectHeaders.labels(request);
        var algorithm = MultipartUploads.requestedAlgorithm(request);
        try (var source = open(buckets, request)) {
            var info = source.info();
            boolean onItself = source.bucket().name().equals(bucket.name())
                    && info.key().equals(request.key());
            if (onItself && !replace && algorithm.isEmpty()) {
                throw S3Error.INVALID_REQUEST.exception("This copy request is illegal because it"
                        + " is trying to copy an object to itself without changing the object's"
                        + " metadata, storage class, website redirect location or encryption"
                        + " attributes.");
            }
            requireCopyable(info);
            var labels = replace ? own : ObjectHeaders.copied(info);
            var copied = onItself && algorithm.isEmpty()
                    ? relabel(bucket, info, labels, conditions)
                    : rewrite(request, source, labels, algorithm);
            var xml = XmlWriter.document("CopyObjectResult");
            describe(xml, copied);
            return Response.xml(200, xml);
        }
    }

    /// Opens the object that the request's copy-source headers name.
    ///
    /// @throws S3Exception where there is none or its conditions do not hold
    static Source open(Buckets buckets, S3Request request) {
        var header = request.header("x-amz-copy-source").orElse("");
        var target = RequestTarget.ofCopySource(header);
        if (target.bucket().isEmpty() || target.key().isEmpty()) {
            throw S3Exception.invalidArgument("x-amz-copy-source", header,
                    "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        }
        Versions.requireNull(target);
        var bucket = buckets.named(request, target.bucket().get());
        var reader = bucket.open(target.key().get())
                .orElseThrow(() -> S3Error.NO_SUCH_KEY.exception()
                        .detail("Key", target.key().get().text()));
        var verdict = ReadConditions.ofCopySource(request).check(reader.info());
        if (verdict != ReadConditions.Verdict.HOLDS) {
            reader.close();
            throw S3Error.PRECONDITION_FAILED.exception();
        }
        return new Source(bucket, reader);
    }

    /// Copies a range of the source's bytes, and computes what is wanted of them. Ends the source.
    static Payload.Received transfer(
            Source source,
            ByteRange range,
            ObjectWriter writer,
            Wanted wanted) {
        Optional<Digest> md5 = wanted.md5() ? Optional.of(Digest.of("MD5")) : Optional.empty();
        var checksums = new EnumMap<ChecksumAlgorithm, Digest>(ChecksumAlgorithm.class);
        wanted.checksums().forEach(a -> checksums.put(a, a.newDigest()));
        try (var walk = new SliceWalk(source.reader(), range)) {
            while (walk.hasNext()) {
                try (var piece = walk.next()) {
                    for (var bytes : piece.runs()) {
                        md5.ifPresent(digest -> digest.update(bytes));
                        checksums.values().forEach(digest -> digest.update(bytes));
                        writer.write(bytes.duplicate());
                    }
                }
            }
        }
        var values = new EnumMap<ChecksumAlgorithm, String>(ChecksumAlgorithm.class);
        checksums.forEach((a, digest) -> values.put(a,
                Base64.getEncoder().encodeToString(digest.value())));
        return new Payload.Received(md5.map(Digest::value), values);
    }

    static void describe(XmlWriter xml, ObjectInfo copied) {
        xml.text("LastModified", Dates.iso(copied.createdMillis()))
                .text("ETag", ETag.quoted(copied));
        for (var algorithm : ChecksumAlgorithm.ALL) {
            var value = copied.attributes().labels().get(algorithm.headerName());
            if (value != null) {
                xml.text(algorithm.elementName(), value);
            }
        }
    }

    private void requireCopyable(ObjectInfo source) {
        long max = settings.limits().singlePutBytes();
        if (source.sizeBytes() > max) {
            throw S3Error.INVALID_REQUEST.exception("The specified copy source is larger than the"
                    + " maximum allowable size for a copy source: " + max);
        }
    }

    /// Changes an object's headers and keeps its bytes, ETag, checksum and parts.
    private static ObjectInfo relabel(
            Bucket bucket,
            ObjectInfo source,
            Map<String, String> labels,
            WriteConditions conditions) {
        var shown = ObjectHeaders.copied(source).keySet();
        source.attributes().labels().forEach((name, value) -> {
            if (!shown.contains(name)) {
                labels.put(name, value);
            }
        });
        labels.put(ETag.LABEL, ETag.of(source));
        var attributes = new ObjectAttributes(source.attributes().expiresAtMillis(), labels);
        var unchanged = Precondition.ifVersion(source.version());
        return conditions.require(bucket.touch(source.key(), attributes,
                present -> unchanged.holds(present) && conditions.holds(present)));
    }

    private ObjectInfo rewrite(
            S3Request request,
            Source source,
            Map<String, String> labels,
            Optional<ChecksumAlgorithm> algorithm) {
        var conditions = WriteConditions.of(request);
        var info = source.info();
        var bucket = buckets.of(request);
        var wanted = new Wanted(settings.etags() == S3Settings.ETags.MD5,
                algorithm.<Set<ChecksumAlgorithm>>map(Set::of).orElseGet(Set::of));
        try (var writer = bucket.writer(request.key(), info.sizeBytes())) {
            var received = transfer(source, new ByteRange(0, info.sizeBytes()), writer, wanted);
            var complete = new TreeMap<>(labels);
            if (algorithm.isEmpty()) {
                keepChecksum(info, complete);
            }
            ObjectWrites.addDigests(complete, received,
                    ObjectWrites.etag(received, settings, random));
            return conditions.require(writer.commit(
                    new ObjectAttributes(ObjectAttributes.NEVER, complete), conditions));
        }
    }

    /// A checksum over all bytes holds for the copy as well; one over parts does not, for the copy
    /// has none.
    private static void keepChecksum(ObjectInfo source, Map<String, String> target) {
        var labels = source.attributes().labels();
        var composite = ChecksumAlgorithm.Type.COMPOSITE.name();
        if (!composite.equals(labels.get(ObjectHeaders.CHECKSUM_TYPE))) {
            for (var algorithm : ChecksumAlgorithm.ALL) {
                var value = labels.get(algorithm.headerName());
                if (value != null) {
                    target.put(algorithm.headerName(), value);
                }
            }
        }
    }

    private static boolean replaces(S3Request request, String directive) {
        var value = request.header(directive).orElse("COPY").toUpperCase(Locale.ROOT);
        return switch (value) {
            case "COPY" -> false;
            case "REPLACE" -> true;
            default -> throw S3Exception.invalidArgument(directive, value,
                    "Unknown metadata directive.");
        };
    }
}

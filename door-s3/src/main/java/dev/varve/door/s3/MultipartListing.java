package dev.varve.door.s3;

import dev.varve.door.s3.MultipartStore.Upload;
import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// ListParts and ListMultipartUploads.
///
/// Thread-safe: it has no state.
final class MultipartListing {
    private static final int MAX_ENTRIES = 1000;

    /// The bytes behind an upload's key in its hidden key: NUL and the upload's name.
    private static final int TAIL_BYTES = MultipartStore.ID_DIGITS + 1;

    private final Buckets buckets;
    private final MultipartStore store;

    MultipartListing(Buckets buckets, MultipartStore store) {
        this.buckets = buckets;
        this.store = store;
    }

    Response parts(S3Request request) {
        var bucket = buckets.of(request);
        var id = request.query().text("uploadId").orElse("");
        var upload = store.find(bucket, request.key(), id)
                .orElseThrow(() -> S3Error.NO_SUCH_UPLOAD.exception().detail("UploadId", id));
        int max = Math.min(request.query().number("max-parts").orElse(MAX_ENTRIES), MAX_ENTRIES);
        int marker = request.query().number("part-number-marker").orElse(0);
        var text = KeyText.of(request);
        var rest = List.copyOf(store.parts(bucket, upload).tailMap(marker, false).entrySet());
        var page = rest.subList(0, Math.min(max, rest.size()));
        var xml = XmlWriter.document("ListPartsResult")
                .text("Bucket", bucket.name())
                .text("Key", text.write(upload.key()))
                .text("UploadId", upload.id());
        Owner.write(xml, "Initiator");
        Owner.write(xml, "Owner");
        xml.text("StorageClass", "STANDARD").text("PartNumberMarker", marker);
        if (!page.isEmpty()) {
            xml.text("NextPartNumberMarker", page.getLast().getKey());
        }
        xml.text("MaxParts", max).text("IsTruncated", page.size() < rest.size() && max > 0);
        checksum(xml, upload);
        for (var part : page) {
            part(xml, part.getKey(), part.getValue());
        }
        return Response.xml(200, xml);
    }

    Response uploads(S3Request request) {
        var bucket = buckets.of(request);
        var query = request.query();
        int max = Math.min(query.number("max-uploads").orElse(MAX_ENTRIES), MAX_ENTRIES);
        var text = KeyText.of(request);
        var prefix = Listing.keyOf(query, "prefix").orElse(ObjectKey.EMPTY);
        var delimiter = query.bytes("delimiter").orElse(new byte[0]);
        var keyMarker = Listing.keyOf(query, "key-marker");
        var idMarker = query.text("upload-id-marker").filter(marker -> !marker.isEmpty());
        var base = store.uploadsPrefix(bucket);
        var spec = new KeyPage.Request(
                join(base, prefix), delimiter, Optional.empty(), max, TAIL_BYTES);
        var from = keyMarker.flatMap(key -> from(bucket, spec, key, idMarker));
        var page = KeyPage.read(store.hidden(bucket.bucketClass()), new KeyPage.Request(
                spec.prefix(), delimiter, from, max, TAIL_BYTES));
        var xml = XmlWriter.document("ListMultipartUploadsResult")
                .text("Bucket", bucket.name())
                .text("KeyMarker", text.write(keyMarker.orElse(ObjectKey.EMPTY)))
                .text("UploadIdMarker", idMarker.orElse(""))
                .text("Prefix", text.write(prefix));
        if (delimiter.length > 0) {
            xml.text("Delimiter", text.write(delimiter));
        }
        if (text == KeyText.URL) {
            xml.text("EncodingType", "url");
        }
        if (page.next().isPresent()) {
            nextMarkers(xml, bucket, page, text);
        }
        xml.text("MaxUploads", max).text("IsTruncated", page.next().isPresent());
        for (var marker : page.objects()) {
            upload(xml, store.parse(bucket, marker), text);
        }
        for (var common : page.commonPrefixes()) {
            xml.begin("CommonPrefixes")
                    .text("Prefix", text.write(without(base, common)))
                    .end();
        }
        return Response.xml(200, xml);
    }

    private Optional<ObjectKey> from(
            Bucket bucket,
            KeyPage.Request spec,
            ObjectKey key,
            Optional<String> id) {
        var lastOfKey = store.markerKey(bucket, key, id.orElse("g"));
        return KeyPage.commonPrefix(join(store.uploadsPrefix(bucket), key),
                new KeyPage.Request(spec.prefix(), spec.delimiter(), spec.from(), spec.max(), 0))
                .flatMap(KeyPage::successorOfPrefix)
                .or(() -> KeyPage.successor(lastOfKey));
    }

    private void nextMarkers(XmlWriter xml, Bucket bucket, KeyPage page, KeyText text) {
        var last = page.last().orElse(ObjectKey.EMPTY);
        boolean common = !page.commonPrefixes().isEmpty()
                && page.commonPrefixes().getLast().equals(last);
        if (common) {
            xml.text("NextKeyMarker", text.write(without(store.uploadsPrefix(bucket), last)));
        } else {
            var upload = store.parse(bucket, page.objects().getLast());
            xml.text("NextKeyMarker", text.write(upload.key()))
                    .text("NextUploadIdMarker", upload.id());
        }
    }

    private static void upload(XmlWriter xml, Upload upload, KeyText text) {
        xml.begin("Upload")
                .text("Key", text.write(upload.key()))
                .text("UploadId", upload.id());
        Owner.write(xml, "Initiator");
        Owner.write(xml, "Owner");
        xml.text("StorageClass", "STANDARD")
                .text("Initiated", Dates.iso(upload.marker().createdMillis()));
        checksum(xml, upload);
        xml.end();
    }

    private static void part(XmlWriter xml, int number, ObjectInfo part) {
        xml.begin("Part")
                .text("PartNumber", number)
                .text("LastModified", Dates.iso(part.createdMillis()))
                .text("ETag", ETag.quoted(part))
                .text("Size", part.sizeBytes());
        for (var algorithm : ChecksumAlgorithm.ALL) {
            var value = part.attributes().labels().get(algorithm.headerName());
            if (value != null) {
                xml.text(algorithm.elementName(), value);
            }
        }
        xml.end();
    }

    private static void checksum(XmlWriter xml, Upload upload) {
        MultipartUploads.algorithm(upload)
                .ifPresent(algorithm -> xml
                        .text("ChecksumAlgorithm", algorithm.name())
                        .text("ChecksumType", upload.labels()
                                .getOrDefault(ObjectHeaders.CHECKSUM_TYPE, "")));
    }

    private static ObjectKey join(ObjectKey first, ObjectKey second) {
        var bytes = Arrays.copyOf(first.bytes(), first.bytes().length + second.bytes().length);
        System.arraycopy(second.bytes(), 0, bytes, first.bytes().length, second.bytes().length);
        return ObjectKey.of(bytes);
    }

    private static ObjectKey without(ObjectKey base, ObjectKey key) {
        return ObjectKey.of(
                Arrays.copyOfRange(key.bytes(), base.bytes().length, key.bytes().length));
    }
}

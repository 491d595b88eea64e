package dev.varve.door.s3;

import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/// ListObjectsV2, ListObjects and ListObjectVersions.
///
/// Thread-safe: it has no state.
final class Listing {
    static final int MAX_KEYS = 1000;

    private static final byte TOKEN_VERSION = 1;
    private static final byte[] NONE = {};

    private final Buckets buckets;

    /// What all listings have in common.
    private record Spec(ObjectKey prefix, byte[] delimiter, int max, KeyText text) {
        static Spec of(S3Request request, String maxName) {
            var query = request.query();
            int asked = query.number(maxName).orElse(MAX_KEYS);
            return new Spec(
                    keyOf(query, "prefix").orElse(ObjectKey.EMPTY),
                    query.bytes("delimiter").orElse(NONE),
                    Math.min(asked, MAX_KEYS), KeyText.of(request));
        }

        KeyPage read(Bucket bucket, Optional<ObjectKey> from) {
            return KeyPage.read(bucket, page(from));
        }

        /// Where a page begins whose last one ended with `marker`. A marker within a common prefix
        /// has been listed as that prefix.
        Optional<ObjectKey> behind(ObjectKey marker) {
            return KeyPage.commonPrefix(marker, page(Optional.empty()))
                    .flatMap(KeyPage::successorOfPrefix)
                    .or(() -> KeyPage.successor(marker));
        }

        private KeyPage.Request page(Optional<ObjectKey> from) {
            return new KeyPage.Request(prefix, delimiter, from, max, 0);
        }
    }

    Listing(Buckets buckets) {
        this.buckets = buckets;
    }

    Response v2(S3Request request) {
        var bucket = buckets.of(request);
        var query = request.query();
        if (!query.text("list-type").orElse("").equals("2")) {
            throw S3Exception.invalidArgument("list-type", query.text("list-type").orElse(""),
                    "Invalid list-type");
        }
        var spec = Spec.of(request, "max-keys");
        var token = query.text("continuation-token");
        var startAfter = keyOf(query, "start-after");
        Optional<ObjectKey> from = token.isPresent() && !token.get().isEmpty()
                ? Optional.of(fromToken(token.get()))
                : startAfter.flatMap(KeyPage::successor);
        var page = spec.read(bucket, from);
        var xml = XmlWriter.document("ListBucketResult");
        head(xml, bucket, spec);
        token.ifPresent(text -> xml.text("ContinuationToken", text));
        page.next().ifPresent(next -> xml.text("NextContinuationToken", toToken(next)));
        startAfter.ifPresent(key -> xml.text("StartAfter", spec.text.write(key)));
        xml.text("KeyCount", page.objects().size() + page.commonPrefixes().size())
                .text("MaxKeys", spec.max)
                .text("IsTruncated", page.next().isPresent());
        boolean owner = query.text("fetch-owner").orElse("").equalsIgnoreCase("true");
        for (var object : page.objects()) {
            xml.begin("Contents");
            contents(xml, object, spec.text);
            if (owner) {
                Owner.write(xml, "Owner");
            }
            xml.end();
        }
        commonPrefixes(xml, page, spec.text);
        return Response.xml(200, xml);
    }

    Response v1(S3Request request) {
        var bucket = buckets.of(request);
        var spec = Spec.of(request, "max-keys");
        var marker = keyOf(request.query(), "marker");
        var page = spec.read(bucket, marker.flatMap(spec::behind));
        var xml = XmlWriter.document("ListBucketResult");
        head(xml, bucket, spec);
        xml.text("Marker", spec.text.write(marker.orElse(ObjectKey.EMPTY)));
        if (page.next().isPresent() && spec.delimiter.length > 0) {
            page.last().ifPresent(last -> xml.text("NextMarker", spec.text.write(last)));
        }
        xml.text("MaxKeys", spec.max).text("IsTruncated", page.next().isPresent());
        for (var object : page.objects()) {
            xml.begin("Contents");
            contents(xml, object, spec.text);
            Owner.write(xml, "Owner");
            xml.end();
        }
        commonPrefixes(xml, page, spec.text);
        return Response.xml(200, xml);
    }

    Response versions(S3Request request) {
        var bucket = buckets.of(request);
        var spec = Spec.of(request, "max-keys");
        var marker = keyOf(request.query(), "key-marker");
        var page = spec.read(bucket, marker.flatMap(spec::behind));
        var xml = XmlWriter.document("ListVersionsResult");
        head(xml, bucket, spec);
        xml.text("KeyMarker", spec.text.write(marker.orElse(ObjectKey.EMPTY)))
                .text("VersionIdMarker", request.query().text("version-id-marker").orElse(""));
        if (page.next().isPresent()) {
            page.last()
                    .ifPresent(last -> xml.text("NextKeyMarker", spec.text.write(last))
                            .text("NextVersionIdMarker", Versions.NULL));
        }
        xml.text("MaxKeys", spec.max).text("IsTruncated", page.next().isPresent());
        for (var object : page.objects()) {
            xml.begin("Version");
            contents(xml, object, spec.text);
            xml.text("VersionId", Versions.NULL).text("IsLatest", true);
            Owner.write(xml, "Owner");
            xml.end();
        }
        commonPrefixes(xml, page, spec.text);
        return Response.xml(200, xml);
    }

    /// A parameter's bytes as a key; empty where it is missing or empty.
    static Optional<ObjectKey> keyOf(Query query, String name) {
        var bytes = query.bytes(name).filter(b -> b.length > 0);
        if (bytes.isPresent() && bytes.get().length > RequestTarget.MAX_KEY_BYTES) {
            throw S3Error.KEY_TOO_LONG.exception();
        }
        return bytes.map(ObjectKey::of);
    }

    static void commonPrefixes(XmlWriter xml, KeyPage page, KeyText text) {
        for (var prefix : page.commonPrefixes()) {
            xml.begin("CommonPrefixes").text("Prefix", text.write(prefix)).end();
        }
    }

    private static void head(XmlWriter xml, Bucket bucket, Spec spec) {
        xml.text("Name", bucket.name()).text("Prefix", spec.text.write(spec.prefix));
        if (spec.delimiter.length > 0) {
            xml.text("Delimiter", spec.text.write(spec.delimiter));
        }
        if (spec.text == KeyText.URL) {
            xml.text("EncodingType", "url");
        }
    }

    private static void contents(XmlWriter xml, ObjectInfo object, KeyText text) {
        xml.text("Key", text.write(object.key()))
                .text("LastModified", Dates.iso(object.createdMillis()))
                .text("ETag", ETag.quoted(object));
        var labels = object.attributes().labels();
        for (var algorithm : ChecksumAlgorithm.ALL) {
            if (labels.containsKey(algorithm.headerName())) {
                xml.text("ChecksumAlgorithm", algorithm.name())
                        .text("ChecksumType", labels.getOrDefault(ObjectHeaders.CHECKSUM_TYPE,
                                ChecksumAlgorithm.Type.FULL_OBJECT.name()));
            }
        }
        xml.text("Size", object.sizeBytes()).text("StorageClass", "STANDARD");
    }

    private static String toToken(ObjectKey from) {
        var token = new byte[from.bytes().length + 1];
        token[0] = TOKEN_VERSION;
        System.arraycopy(from.bytes(), 0, token, 1, from.bytes().length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    private static ObjectKey fromToken(String text) {
        try {
            var token = Base64.getUrlDecoder().decode(text);
            boolean known = token.length > 1 && token[0] == TOKEN_VERSION;
            if (known && token.length <= ObjectKey.MAX_BYTES + 1) {
                return ObjectKey.of(Arrays.copyOfRange(token, 1, token.length));
            }
        } catch (IllegalArgumentException _) {
            // answered below
        }
        throw S3Exception.invalidArgument("continuation-token", text,
                "The continuation token provided is incorrect");
    }
}

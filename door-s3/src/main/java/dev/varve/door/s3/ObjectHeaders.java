package dev.varve.door.s3;

import dev.varve.engine.ObjectInfo;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The headers that are stored with an object and come back with it. Each one is a label of the
/// object, under its lower-case name.
///
/// Immutable.
final class ObjectHeaders {
    static final String USER_PREFIX = "x-amz-meta-";

    /// COMPOSITE or FULL_OBJECT, beside a checksum.
    static final String CHECKSUM_TYPE = "x-amz-checksum-type";

    private static final int MAX_USER_BYTES = 2 << 10;
    private static final String CONTENT_TYPE = "content-type";
    private static final String CONTENT_ENCODING = "content-encoding";
    private static final String DEFAULT_TYPE = "binary/octet-stream";
    private static final List<String> PLAIN = List.of(CONTENT_TYPE, "content-disposition",
            "content-language", "cache-control", "expires");

    /// Headers that would be silently ignored if they were not refused, and what depends on them.
    private static final List<String> UNSUPPORTED = List.of(
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-server-side-encryption-customer-key",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-copy-source-server-side-encryption-customer-algorithm",
            "x-amz-tagging",
            "x-amz-object-lock-mode",
            "x-amz-object-lock-retain-until-date",
            "x-amz-object-lock-legal-hold",
            "x-amz-website-redirect-location",
            "x-amz-write-offset-bytes");
    private static final List<String> GRANTS = List.of("x-amz-grant-read", "x-amz-grant-write",
            "x-amz-grant-read-acp", "x-amz-grant-write-acp", "x-amz-grant-full-control");
    private static final List<String> ACLS = List.of("private", "bucket-owner-full-control");
    private static final List<String> STORAGE_CLASSES = List.of("STANDARD",
            "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING");

    private ObjectHeaders() {}

    /// The labels that a request's headers make.
    ///
    /// @throws S3Exception MetadataTooLarge, or where a header asks for what this door does not do
    static Map<String, String> labels(S3Request request) {
        requireSupported(request);
        var labels = new TreeMap<String, String>();
        for (var name : PLAIN) {
            request.header(name).ifPresent(value -> labels.put(name, value));
        }
        request.header(CONTENT_ENCODING)
                .map(ObjectHeaders::withoutChunking)
                .filter(value -> !value.isEmpty())
                .ifPresent(value -> labels.put(CONTENT_ENCODING, value));
        int userBytes = 0;
        for (var name : request.headers().names()) {
            var lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith(USER_PREFIX)) {
                var value = String.join(",", request.headers().getAll(name)).strip();
                labels.put(lower, value);
                userBytes += lower.length() - USER_PREFIX.length() + value.length();
            }
        }
        if (userBytes > MAX_USER_BYTES) {
            throw S3Error.METADATA_TOO_LARGE.exception()
                    .detail("Size", Integer.toString(userBytes))
                    .detail("MaxSizeAllowed", Integer.toString(MAX_USER_BYTES));
        }
        return labels;
    }

    /// Those of an object's labels that belong to its content and not to its writing.
    static Map<String, String> copied(ObjectInfo object) {
        var labels = new TreeMap<String, String>();
        object.attributes().labels().forEach((name, value) -> {
            if (isShown(name)) {
                labels.put(name, value);
            }
        });
        return labels;
    }

    /// Sets what each answer about an object has.
    static void write(ObjectInfo object, Response response) {
        response.header("etag", ETag.quoted(object))
                .header("last-modified", Dates.http(object.createdMillis()))
                .header("accept-ranges", "bytes")
                .header(CONTENT_TYPE, DEFAULT_TYPE);
        object.attributes().labels().forEach((name, value) -> {
            if (isShown(name)) {
                response.header(name, value);
            }
        });
    }

    /// Sets the object's checksum, if it has one.
    static void writeChecksum(Map<String, String> labels, HttpHeaders target) {
        for (var algorithm : ChecksumAlgorithm.ALL) {
            var value = labels.get(algorithm.headerName());
            if (value != null) {
                target.set(algorithm.headerName(), value);
                target.set(CHECKSUM_TYPE, labels.getOrDefault(CHECKSUM_TYPE,
                        ChecksumAlgorithm.Type.FULL_OBJECT.name()));
            }
        }
    }

    /// @throws S3Exception where a header asks for what this door does not do
    static void requireSupported(S3Request request) {
        for (var name : UNSUPPORTED) {
            if (request.headers().contains(name)) {
                throw S3Error.NOT_IMPLEMENTED.exception().detail("Header", name);
            }
        }
        boolean granted = GRANTS.stream().anyMatch(request.headers()::contains);
        if (granted || !request.header("x-amz-acl").map(ACLS::contains).orElse(true)) {
            throw S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
        }
        if (!request.header("x-amz-storage-class").map(STORAGE_CLASSES::contains).orElse(true)) {
            throw S3Error.INVALID_STORAGE_CLASS.exception();
        }
    }

    private static boolean isShown(String label) {
        return label.startsWith(USER_PREFIX) || label.equals(CONTENT_ENCODING)
                || PLAIN.contains(label);
    }

    /// The encodings of the content, without that of the transfer.
    private static String withoutChunking(String encodings) {
        var kept = new ArrayList<String>();
        for (var encoding : encodings.split(",", -1)) {
            if (!encoding.strip().equalsIgnoreCase("aws-chunked")) {
                kept.add(encoding.strip());
            }
        }
        return String.join(", ", kept);
    }
}

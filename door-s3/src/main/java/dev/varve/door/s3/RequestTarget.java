package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.door.s3.PercentCodec.Plus;
import dev.varve.engine.ObjectKey;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a request is about: the bucket and key out of its URI and host, and its query.
///
/// A key is the bytes behind the percent-encoding, taken as they are: `..`, `//` and NUL mean
/// nothing special. Any bytes are let in, UTF-8 or not, so that whatever another door stored can be
/// reached.
///
/// Immutable.
///
/// @param path     decoded, as it is signed
/// @param resource the path as it came, with the bucket in front where that came in the host
/// @param bucket   empty for requests about the service
/// @param key      empty for requests about a bucket
record RequestTarget(
        byte[] path,
        String resource,
        Query query,
        Optional<String> bucket,
        Optional<ObjectKey> key) {
    /// The longest key in bytes, as in S3.
    static final int MAX_KEY_BYTES = 1024;

    /// @param uri     of the request line
    /// @param host    the Host header; may be empty
    /// @param domains names whose subdomains are buckets
    /// @throws S3Exception InvalidURI, KeyTooLongError
    static RequestTarget parse(String uri, String host, List<String> domains) {
        var relative = withoutAuthority(uri);
        int question = relative.indexOf('?');
        var rawPath = question < 0 ? relative : relative.substring(0, question);
        var query = Query.parse(question < 0 ? "" : relative.substring(question + 1));
        if (!rawPath.startsWith("/")) {
            throw S3Error.INVALID_URI.exception();
        }
        var path = PercentCodec.decode(rawPath, Plus.LITERAL);
        var hostBucket = bucketOfHost(host, domains);
        if (hostBucket.isPresent()) {
            var resource = '/' + hostBucket.get() + rawPath;
            return new RequestTarget(path, resource, query, hostBucket, key(path, 1));
        }
        int slash = 1;
        while (slash < path.length && path[slash] != '/') {
            slash++;
        }
        var bucket = new String(path, 1, slash - 1, UTF_8);
        if (bucket.isEmpty()) {
            if (path.length > 1) {
                throw S3Error.INVALID_BUCKET_NAME.exception().detail("BucketName", "");
            }
            return new RequestTarget(
                    path, rawPath, query, Optional.empty(), Optional.empty());
        }
        return new RequestTarget(
                path, rawPath, query, Optional.of(bucket), key(path, slash + 1));
    }

    /// An object named in a header: `/bucket/key` or `bucket/key`, percent-encoded, perhaps with
    /// `?versionId=` behind it.
    static RequestTarget ofCopySource(String source) {
        return parse(source.startsWith("/") ? source : '/' + source, "", List.of());
    }

    private static Optional<ObjectKey> key(byte[] path, int from) {
        if (from >= path.length) {
            return Optional.empty();
        }
        if (path.length - from > MAX_KEY_BYTES) {
            throw S3Error.KEY_TOO_LONG.exception()
                    .detail("Size", Integer.toString(path.length - from))
                    .detail("MaxSizeAllowed", Integer.toString(MAX_KEY_BYTES));
        }
        return Optional.of(ObjectKey.of(Arrays.copyOfRange(path, from, path.length)));
    }

    private static Optional<String> bucketOfHost(String host, List<String> domains) {
        int colon = host.lastIndexOf(':');
        var name = colon < 0 ? host : host.substring(0, colon);
        var lower = name.toLowerCase(Locale.ROOT);
        for (var domain : domains) {
            int bucketEnd = lower.length() - domain.length() - 1;
            if (bucketEnd > 0 && lower.endsWith(domain) && lower.charAt(bucketEnd) == '.') {
                return Optional.of(lower.substring(0, bucketEnd));
            }
        }
        return Optional.empty();
    }

    private static String withoutAuthority(String uri) {
        if (uri.startsWith("/")) {
            return uri;
        }
        int scheme = uri.indexOf("://");
        if (scheme < 0) {
            return uri;
        }
        int slash = uri.indexOf('/', scheme + 3);
        return slash < 0 ? "/" : uri.substring(slash);
    }
}

package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaders;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// AWS Signature Version 2 of presigned URLs, as pure functions. boto3 and the AWS CLI still make
/// such URLs unless they are told otherwise; in headers it is not supported.
///
/// Immutable.
final class SigV2 {
    private static final String MAC = "HmacSHA1";

    /// Query parameters that are signed.
    private static final Set<String> SIGNED = Set.of("accelerate", "acl", "analytics", "cors",
            "delete", "inventory", "lifecycle", "location", "logging", "metrics", "notification",
            "object-lock", "partNumber", "policy", "replication", "requestPayment",
            "response-cache-control", "response-content-disposition", "response-content-encoding",
            "response-content-language", "response-content-type", "response-expires", "restore",
            "select", "select-type", "storageClass", "tagging", "torrent", "uploadId", "uploads",
            "versionId", "versioning", "versions", "website");

    private SigV2() {}

    /// @param expires seconds since the epoch, as it was sent
    static String signature(
            String secret,
            String method,
            RequestTarget target,
            HttpHeaders headers,
            String expires) {
        var text = new StringBuilder(256)
                .append(method)
                .append('\n')
                .append(headers.get("content-md5", ""))
                .append('\n')
                .append(headers.get("content-type", ""))
                .append('\n')
                .append(expires)
                .append('\n');
        var amazon = new TreeMap<String, List<String>>();
        for (var name : headers.names()) {
            var lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-")) {
                amazon.put(lower, headers.getAll(name));
            }
        }
        amazon.forEach((name, values) -> text.append(name)
                .append(':')
                .append(String.join(",", values).strip())
                .append('\n'));
        text.append(target.resource());
        char separator = '?';
        for (var name : new TreeSet<>(target.query().names())) {
            if (SIGNED.contains(name)) {
                var value = target.query().text(name).orElse("");
                text.append(separator)
                        .append(name)
                        .append(value.isEmpty() ? "" : '=' + value);
                separator = '&';
            }
        }
        return Base64.getEncoder().encodeToString(hmac(secret, text.toString()));
    }

    private static byte[] hmac(String secret, String text) {
        try {
            var mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), MAC));
            return mac.doFinal(text.getBytes(ISO_8859_1));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("each JDK must have " + MAC, e);
        }
    }
}

package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.door.s3.PercentCodec.Slash;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// AWS Signature Version 4 as S3 uses it, as pure functions.
///
/// Texts are those of the wire, one character a byte (ISO 8859-1), so that header values that are
/// not ASCII are signed as they were sent.
///
/// Immutable.
final class SigV4 {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb924"
            + "27ae41e4649b934ca495991b7852b855";

    private static final String MAC = "HmacSHA256";

    private SigV4() {}

    /// What a key is derived for.
    ///
    /// @param date `yyyyMMdd`
    record Scope(String date, String region, String service) {
        @Override
        public String toString() {
            return date + '/' + region + '/' + service + "/aws4_request";
        }
    }

    /// A header as it is signed: its lower-case name, and its values as they were sent.
    record SignedHeader(String name, List<String> values) {
        private String canonical() {
            var joined = new StringBuilder();
            for (var value : values) {
                joined.append(joined.isEmpty() ? "" : ",").append(collapse(value));
            }
            return name + ':' + joined + '\n';
        }

        private static String collapse(String value) {
            var trimmed = value.strip();
            return trimmed.contains("  ") ? trimmed.replaceAll(" +", " ") : trimmed;
        }
    }

    /// A request's parts that are signed.
    ///
    /// @param path  decoded
    /// @param query in canonical form
    record Request(
            String method,
            byte[] path,
            String query,
            List<SignedHeader> headers,
            String payloadHash) {

        String canonical() {
            var text = new StringBuilder(512)
                    .append(method)
                    .append('\n')
                    .append(PercentCodec.encode(path, Slash.KEPT))
                    .append('\n')
                    .append(query)
                    .append('\n');
            for (var header : headers) {
                text.append(header.canonical());
            }
            text.append('\n');
            for (int i = 0; i < headers.size(); i++) {
                text.append(i == 0 ? "" : ";").append(headers.get(i).name);
            }
            return text.append('\n').append(payloadHash).toString();
        }
    }

    /// The key that signs everything within a scope.
    static byte[] signingKey(String secret, Scope scope) {
        var key = hmac(("AWS4" + secret).getBytes(UTF_8), scope.date);
        key = hmac(key, scope.region);
        key = hmac(key, scope.service);
        return hmac(key, "aws4_request");
    }

    /// @param timestamp `yyyyMMdd'T'HHmmss'Z'`
    static String signature(byte[] signingKey, String timestamp, Scope scope, Request request) {
        var hash = Digest.sha256Hex(request.canonical().getBytes(ISO_8859_1));
        return sign(signingKey, ALGORITHM + '\n' + timestamp + '\n' + scope + '\n' + hash);
    }

    static String sign(byte[] signingKey, String stringToSign) {
        return HexFormat.of().formatHex(hmac(signingKey, stringToSign));
    }

    /// Compares in a time that depends on the lengths alone.
    static boolean matches(String expected, String provided) {
        return MessageDigest.isEqual(expected.getBytes(UTF_8), provided.getBytes(UTF_8));
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            return mac.doFinal(text.getBytes(ISO_8859_1));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("each JDK must have " + MAC, e);
        }
    }
}

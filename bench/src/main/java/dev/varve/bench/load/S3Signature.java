package dev.varve.bench.load;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs S3 requests with Signature Version 4 in the headers, the payload left unsigned
/// (`UNSIGNED-PAYLOAD`).
///
/// Confined to its thread.
public final class S3Signature {
    private static final String HMAC = "HmacSHA256";
    private static final String SIGNED_HEADERS = "host;x-amz-content-sha256;x-amz-date";
    private static final DateTimeFormatter STAMP = DateTimeFormatter
            .ofPattern("yyyyMMdd'T'HHmmss'Z'")
            .withZone(ZoneOffset.UTC);

    private final String accessKey;
    private final String secretKey;
    private final String region;
    private final String host;
    private final MessageDigest sha256;
    private final Mac mac;
    private String keyDay = "";
    private byte[] signingKey = {};

    /// @param host what the Host header says: name and port
    public S3Signature(String accessKey, String secretKey, String region, String host) {
        this.accessKey = accessKey;
        this.secretKey = secretKey;
        this.region = region;
        this.host = host;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
            mac = Mac.getInstance(HMAC);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The header lines that make a request signed, Host included, each ending with CR LF.
    ///
    /// @param path  absolute, percent-encoded
    /// @param query canonical: sorted `name=value` pairs joined by `&`, a value even where it is
    ///        empty
    public String headers(String method, String path, String query, Instant now) {
        String stamp = STAMP.format(now);
        String day = stamp.substring(0, 8);
        String scope = day + "/" + region + "/s3/aws4_request";
        String canonical = method + "\n" + path + "\n" + query + "\nhost:" + host
                + "\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:" + stamp + "\n\n"
                + SIGNED_HEADERS + "\nUNSIGNED-PAYLOAD";
        String toSign = "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n"
                + hex(sha256.digest(bytes(canonical)));
        String signature = hex(hmac(signingKey(day), toSign));
        return "Host: " + host + "\r\nx-amz-date: " + stamp
                + "\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\nAuthorization: AWS4-HMAC-SHA256"
                + " Credential=" + accessKey + "/" + scope + ", SignedHeaders=" + SIGNED_HEADERS
                + ", Signature=" + signature + "\r\n";
    }

    private byte[] signingKey(String day) {
        if (!day.equals(keyDay)) {
            byte[] key = hmac(bytes("AWS4" + secretKey), day);
            key = hmac(key, region);
            key = hmac(key, "s3");
            signingKey = hmac(key, "aws4_request");
            keyDay = day;
        }
        return signingKey;
    }

    private byte[] hmac(byte[] key, String text) {
        try {
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(bytes(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

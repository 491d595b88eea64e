package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.server.S3Keys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs S3 requests with Signature Version 4, in headers, leaving the body unsigned.
///
/// Thread-safe: immutable but for the clock.
final class RequestSigner {
    private static final DateTimeFormatter TIME = DateTimeFormatter
            .ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String BODY = "UNSIGNED-PAYLOAD";
    private static final String SIGNED_HEADERS = "host;x-amz-content-sha256;x-amz-date";
    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyz"
            + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    private final S3Keys keys;
    private final String region;
    private final Clock clock;

    RequestSigner(S3Keys keys, String region, Clock clock) {
        this.keys = keys;
        this.region = region;
        this.clock = clock;
    }

    /// The headers that a request needs beside `Host`.
    ///
    /// @param host  the `Host` header
    /// @param path  the encoded path
    /// @param query the encoded query, as [#query] writes it
    Map<String, String> sign(String method, String host, String path, String query) {
        var time = TIME.format(Instant.ofEpochMilli(clock.epochMillis()));
        var day = time.substring(0, 8);
        var scope = day + "/" + region + "/s3/aws4_request";
        var request = String.join(
                "\n", method, path, query, "host:" + host, "x-amz-content-sha256:" + BODY,
                "x-amz-date:" + time, "", SIGNED_HEADERS, BODY);
        var text = String.join("\n", ALGORITHM, time, scope,
                HexFormat.of().formatHex(sha256(request)));
        byte[] key = ("AWS4" + keys.secretKey()).getBytes(StandardCharsets.UTF_8);
        for (var part : new String[]{day, region, "s3", "aws4_request"}) {
            key = hmac(key, part);
        }
        return Map.of(
                "x-amz-content-sha256", BODY,
                "x-amz-date", time,
                "Authorization", ALGORITHM + " Credential=" + keys.accessKey() + "/" + scope
                        + ", SignedHeaders=" + SIGNED_HEADERS + ", Signature="
                        + HexFormat.of().formatHex(hmac(key, text)));
    }

    /// A query string in the order and the encoding that the signature demands.
    static String query(Map<String, String> parameters) {
        var joined = new StringJoiner("&");
        new TreeMap<>(parameters).forEach(
                (name, value) -> joined.add(encode(name, false) + "=" + encode(value, false)));
        return joined.toString();
    }

    /// Percent-encodes the UTF-8 bytes of a text, but for unreserved characters.
    static String encode(String text, boolean keepSlashes) {
        var encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (UNRESERVED.indexOf(c) >= 0 || (keepSlashes && c == '/')) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

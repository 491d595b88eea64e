package dev.varve.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs S3 requests in their headers: AWS Signature Version 4.
///
/// Immutable.
public final class S3Signer {
    /// The payload hash of a body that is not part of the signature.
    public static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyz"
            + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    private static final DateTimeFormatter TIME = DateTimeFormatter
            .ofPattern("yyyyMMdd'T'HHmmss'Z'")
            .withZone(ZoneOffset.UTC);

    private final String accessKey;
    private final String secretKey;
    private final String region;

    /// @param secretKey what requests are signed with; never printed
    /// @param region    part of the signature; any name that the server accepts
    public S3Signer(String accessKey, String secretKey, String region) {
        this.accessKey = accessKey;
        this.secretKey = secretKey;
        this.region = region;
    }

    /// The headers that make a request a signed one.
    ///
    /// @param uri         its query, if it has one, as [#query] writes it
    /// @param headers     further headers to be signed, their names in lower case
    /// @param payloadHash SHA-256 of the body in hexadecimal, or [#UNSIGNED_PAYLOAD]
    /// @return the headers to be added: time, payload hash and signature
    public Map<String, String> sign(
            String method,
            URI uri,
            Map<String, String> headers,
            String payloadHash,
            long epochMillis) {
        String time = TIME.format(Instant.ofEpochMilli(epochMillis));
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.put("host", host(uri));
        signed.put("x-amz-content-sha256", payloadHash);
        signed.put("x-amz-date", time);
        String names = String.join(";", signed.keySet());
        String lines = signed.entrySet()
                .stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining());
        String canonical = String.join(
                "\n", method, uri.getRawPath(), Objects.requireNonNullElse(uri.getRawQuery(), ""),
                lines, names, payloadHash);

        String date = time.substring(0, 8);
        String scope = date + "/" + region + "/s3/aws4_request";
        String toSign = String.join(
                "\n", ALGORITHM, time, scope, HexFormat.of().formatHex(sha256(canonical)));
        byte[] key = hmac(("AWS4" + secretKey).getBytes(UTF_8), date);
        for (String part : new String[]{region, "s3", "aws4_request"}) {
            key = hmac(key, part);
        }
        return Map.of(
                "x-amz-date", time,
                "x-amz-content-sha256", payloadHash,
                "Authorization", ALGORITHM + " Credential=" + accessKey + "/" + scope
                        + ",SignedHeaders=" + names
                        + ",Signature=" + HexFormat.of().formatHex(hmac(key, toSign)));
    }

    /// A query in the order and the encoding that the signature demands.
    public static String query(Map<String, String> parameters) {
        return new TreeMap<>(parameters).entrySet()
                .stream()
                .map(entry -> encode(entry.getKey(), false) + "=" + encode(entry.getValue(), false))
                .collect(Collectors.joining("&"));
    }

    /// Percent-encodes the UTF-8 bytes of a text, but for unreserved characters.
    public static String encode(String text, boolean keepSlashes) {
        var encoded = new StringBuilder();
        for (byte b : text.getBytes(UTF_8)) {
            char c = (char) (b & 0xFF);
            if (UNRESERVED.indexOf(c) >= 0 || (keepSlashes && c == '/')) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    /// The Host header as HTTP clients send it: with the port only where it is not the usual one.
    private static String host(URI uri) {
        int usual = "https".equals(uri.getScheme()) ? 443 : 80;
        return uri.getPort() < 0 || uri.getPort() == usual
                ? uri.getHost()
                : uri.getHost() + ":" + uri.getPort();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}

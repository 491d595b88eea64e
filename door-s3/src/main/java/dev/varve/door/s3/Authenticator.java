package dev.varve.door.s3;

import dev.varve.door.s3.S3Settings.Anonymous;
import dev.varve.door.s3.SigV4.Scope;
import dev.varve.door.s3.SigV4.SignedHeader;
import dev.varve.env.Clock;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Proves who sent a request: Signature Version 4 in the Authorization header or in the query, or a
/// URL presigned by Version 2.
///
/// Thread-safe: it has no state.
final class Authenticator {
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter
            .ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final Duration MAX_PRESIGNED = Duration.ofDays(7);
    private static final String CONTENT_SHA256 = "x-amz-content-sha256";
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final int SHA256_DIGITS = 64;

    private final Credentials credentials;
    private final Clock clock;
    private final S3Settings settings;

    /// Who it was, and how to read the body.
    ///
    /// @param accessKey empty for an anonymous request
    record Verified(Optional<String> accessKey, PayloadMode payload) {}

    /// A claim that still has to be checked.
    private record Claim(
            String accessKey,
            Scope scope,
            List<String> signedHeaders,
            String signature,
            String timestamp,
            String payloadHash) {}

    Authenticator(Credentials credentials, Clock clock, S3Settings settings) {
        this.credentials = credentials;
        this.clock = clock;
        this.settings = settings;
    }

    /// @throws S3Exception where the request may not pass
    Verified verify(String method, RequestTarget target, HttpHeaders headers) {
        var authorization = headers.get("authorization", "");
        var query = target.query();
        boolean presigned = query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature");
        if (presigned && !authorization.isEmpty()) {
            throw S3Error.INVALID_ARGUMENT.exception("Only one auth mechanism allowed; only the"
                    + " X-Amz-Algorithm query parameter or the Authorization header should be"
                    + " specified");
        }
        if (presigned) {
            return check(method, target, headers, ofQuery(query, headers), "X-Amz-Signature");
        }
        if (!authorization.isEmpty()) {
            return check(method, target, headers, ofHeader(authorization, headers), "");
        }
        if (query.has("AWSAccessKeyId")) {
            return checkV2(method, target, headers);
        }
        if (settings.anonymous() == Anonymous.REFUSED) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        return new Verified(Optional.empty(),
                payloadMode(headers.get(CONTENT_SHA256, UNSIGNED), Optional.empty()));
    }

    private Verified check(
            String method,
            RequestTarget target,
            HttpHeaders headers,
            Claim claim,
            String unsignedParameter) {
        var secret = secret(claim.accessKey);
        var signed = new ArrayList<SignedHeader>();
        for (var name : claim.signedHeaders) {
            signed.add(new SignedHeader(name, headers.getAll(name)));
        }
        requireAllSigned(claim.signedHeaders, headers);
        var request = new SigV4.Request(method, target.path(),
                target.query().canonical(unsignedParameter), signed, claim.payloadHash);
        var key = SigV4.signingKey(secret, claim.scope);
        var expected = SigV4.signature(key, claim.timestamp, claim.scope, request);
        if (!SigV4.matches(expected, claim.signature)) {
            throw S3Error.SIGNATURE_DOES_NOT_MATCH.exception()
                    .detail("AWSAccessKeyId", claim.accessKey)
                    .detail("CanonicalRequest", request.canonical())
                    .detail("SignatureProvided", claim.signature);
        }
        var signer = new ChunkSigner(key, claim.timestamp, claim.scope, claim.signature);
        return new Verified(
                Optional.of(claim.accessKey), payloadMode(claim.payloadHash, Optional.of(signer)));
    }

    /// A URL that was presigned by version 2.
    private Verified checkV2(String method, RequestTarget target, HttpHeaders headers) {
        var query = target.query();
        var accessKey = query.text("AWSAccessKeyId").orElse("");
        var expires = query.text("Expires").orElse("");
        var provided = query.text("Signature").orElse("");
        var secret = secret(accessKey);
        long until;
        try {
            until = Long.parseLong(expires);
        } catch (NumberFormatException _) {
            throw S3Error.ACCESS_DENIED.exception("Invalid date (should be seconds since epoch): "
                    + expires);
        }
        if (now().getEpochSecond() > until) {
            throw S3Error.ACCESS_DENIED.exception("Request has expired")
                    .detail("Expires", Dates.iso(until * 1000))
                    .detail("ServerTime", now().toString());
        }
        var expected = SigV2.signature(secret, method, target, headers, expires);
        if (!SigV4.matches(expected, provided)) {
            throw S3Error.SIGNATURE_DOES_NOT_MATCH.exception()
                    .detail("AWSAccessKeyId", accessKey)
                    .detail("SignatureProvided", provided);
        }
        return new Verified(Optional.of(accessKey),
                payloadMode(headers.get(CONTENT_SHA256, UNSIGNED), Optional.empty()));
    }

    private String secret(String accessKey) {
        return credentials.secret(accessKey)
                .orElseThrow(() -> S3Error.INVALID_ACCESS_KEY_ID.exception()
                        .detail("AWSAccessKeyId", accessKey));
    }

    private Claim ofHeader(String authorization, HttpHeaders headers) {
        int space = authorization.indexOf(' ');
        var algorithm = space < 0 ? authorization : authorization.substring(0, space);
        if (!algorithm.equals(SigV4.ALGORITHM)) {
            throw unsupportedMechanism();
        }
        var fields = new HashMap<String, String>();
        for (var field : authorization.substring(Math.max(space, 0)).split(",", 8)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals).strip(), field.substring(equals + 1).strip());
            }
        }
        var error = S3Error.AUTHORIZATION_HEADER_MALFORMED;
        var timestamp = headers.contains("x-amz-date")
                ? headers.get("x-amz-date", "")
                : ofHttpDate(headers.get("date", ""));
        var time = parse(timestamp).orElseThrow(() -> S3Error.ACCESS_DENIED.exception(
                "AWS authentication requires a valid Date or x-amz-date header"));
        var claim = claim(fields, timestamp, headers.get(CONTENT_SHA256, ""), error);
        var skew = Duration.between(time, now()).abs();
        if (skew.compareTo(settings.clockSkew()) > 0) {
            throw S3Error.REQUEST_TIME_TOO_SKEWED.exception()
                    .detail("RequestTime", timestamp)
                    .detail("ServerTime", now().toString())
                    .detail("MaxAllowedSkewMilliseconds",
                            Long.toString(settings.clockSkew().toMillis()));
        }
        if (claim.payloadHash.isEmpty()) {
            throw S3Error.INVALID_REQUEST.exception(
                    "Missing required header for this request: x-amz-content-sha256");
        }
        return claim;
    }

    private Claim ofQuery(Query query, HttpHeaders headers) {
        var error = S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR;
        var fields = new HashMap<String, String>();
        for (var name : List.of("Algorithm", "Credential", "SignedHeaders", "Signature", "Date",
                "Expires")) {
            fields.put(name, query.text("X-Amz-" + name)
                    .orElseThrow(() -> error.exception(
                            "Query-string authentication version 4 requires the X-Amz-Algorithm,"
                                    + " X-Amz-Credential, X-Amz-Signature, X-Amz-Date,"
                                    + " X-Amz-SignedHeaders,"
                                    + " and X-Amz-Expires parameters.")));
        }
        if (!SigV4.ALGORITHM.equals(fields.get("Algorithm"))) {
            throw error.exception("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        }
        var timestamp = fields.getOrDefault("Date", "");
        var time = parse(timestamp).orElseThrow(() -> error.exception(
                "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""));
        var expires = parseExpires(fields.getOrDefault("Expires", ""));
        var hash = query.text("X-Amz-Content-Sha256")
                .orElse(headers.get(CONTENT_SHA256, UNSIGNED));
        var claim = claim(fields, timestamp, hash, error);
        if (now().isBefore(time.minus(settings.clockSkew()))) {
            throw S3Error.ACCESS_DENIED.exception("Request is not yet valid")
                    .detail("ServerTime", now().toString());
        }
        if (now().isAfter(time.plus(expires))) {
            throw S3Error.ACCESS_DENIED.exception("Request has expired")
                    .detail("X-Amz-Expires", Long.toString(expires.toSeconds()))
                    .detail("Expires", time.plus(expires).toString())
                    .detail("ServerTime", now().toString());
        }
        return claim;
    }

    private static Claim claim(
            Map<String, String> fields,
            String timestamp,
            String payloadHash,
            S3Error error) {
        var credential = fields.getOrDefault("Credential", "");
        var signedHeaders = fields.getOrDefault("SignedHeaders", "");
        var signature = fields.getOrDefault("Signature", "");
        if (credential.isEmpty() || signedHeaders.isEmpty() || signature.isEmpty()) {
            throw error.exception("The authorization must have a Credential, SignedHeaders and a"
                    + " Signature.");
        }
        var parts = credential.split("/", -1);
        int scopeAt = parts.length - 4;
        if (scopeAt < 1 || !parts[scopeAt + 3].equals("aws4_request")) {
            throw error.exception("The Credential is mal-formed; expecting"
                    + " \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        }
        var scope = new Scope(parts[scopeAt], parts[scopeAt + 1], parts[scopeAt + 2]);
        if (!scope.service().equals("s3")) {
            throw error.exception("The Credential is mal-formed; incorrect service \""
                    + scope.service() + "\". This endpoint belongs to \"s3\".");
        }
        if (!timestamp.startsWith(scope.date()) || scope.date().length() != 8) {
            throw error.exception("The Credential is mal-formed; invalid date \""
                    + scope.date() + "\". It must be that of the request's time.");
        }
        var accessKey = String.join("/", List.of(parts).subList(0, scopeAt));
        var names = List.of(signedHeaders.split(";", 64));
        if (!names.contains("host")) {
            throw error.exception("SignedHeaders must contain host.");
        }
        return new Claim(accessKey, scope, names, signature, timestamp, payloadHash);
    }

    /// What is not signed could have been added on the way.
    private static void requireAllSigned(List<String> signedHeaders, HttpHeaders headers) {
        var unsigned = new TreeSet<String>();
        for (var name : headers.names()) {
            var lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-") && !lower.equals(CONTENT_SHA256)
                    && !signedHeaders.contains(lower)) {
                unsigned.add(lower);
            }
        }
        if (!unsigned.isEmpty()) {
            throw S3Error.ACCESS_DENIED
                    .exception("There were headers present in the request which were not signed")
                    .detail("HeadersNotSigned", String.join(", ", unsigned));
        }
    }

    private static PayloadMode payloadMode(String hash, Optional<ChunkSigner> signer) {
        if (hash.length() == SHA256_DIGITS
                && hash.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            return new PayloadMode.Signed(hash.toLowerCase(Locale.ROOT));
        }
        return switch (hash) {
            case UNSIGNED -> new PayloadMode.Unsigned();
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" -> signedChunks(signer, false);
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" -> signedChunks(signer, true);
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER" ->
                new PayloadMode.Chunked(Optional.empty(), true);
            case "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
                    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER" ->
                throw S3Error.NOT_IMPLEMENTED.exception();
            default -> throw S3Exception.invalidArgument(CONTENT_SHA256, hash,
                    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD,"
                            + " STREAMING-UNSIGNED-PAYLOAD-TRAILER,"
                            + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD,"
                            + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER,"
                            + " or a valid sha256 value.");
        };
    }

    private static PayloadMode signedChunks(Optional<ChunkSigner> signer, boolean trailers) {
        if (signer.isEmpty()) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        return new PayloadMode.Chunked(signer, trailers);
    }

    private static Duration parseExpires(String text) {
        var error = S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR;
        long seconds;
        try {
            seconds = Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw error.exception("X-Amz-Expires should be a number");
        }
        if (seconds < 1) {
            throw error.exception("X-Amz-Expires must be at least 1 second");
        }
        if (seconds > MAX_PRESIGNED.toSeconds()) {
            throw error.exception("X-Amz-Expires must be less than a week (in seconds) that is"
                    + " 604800");
        }
        return Duration.ofSeconds(seconds);
    }

    private static Optional<Instant> parse(String timestamp) {
        try {
            return Optional.of(
                    LocalDateTime.parse(timestamp, TIMESTAMP).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    private static String ofHttpDate(String date) {
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .withZoneSameInstant(ZoneOffset.UTC)
                    .format(TIMESTAMP);
        } catch (DateTimeParseException _) {
            return "";
        }
    }

    private static S3Exception unsupportedMechanism() {
        return S3Error.INVALID_REQUEST.exception("The authorization mechanism you have provided is"
                + " not supported. Please use AWS4-HMAC-SHA256.");
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.epochMillis());
    }
}

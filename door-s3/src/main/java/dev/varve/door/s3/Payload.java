package dev.varve.door.s3;

import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The content of a request: what the client announced about it, and the one pass over it that
/// takes off the framing and checks every announcement.
///
/// Confined to its request's thread.
final class Payload {
    private static final String CHECKSUM_PREFIX = "x-amz-checksum-";
    private static final int MD5_BYTES = 16;
    private static final Set<String> NOT_VALUES = Set.of(
            "x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type");

    private final HttpHeaders headers;
    private final PayloadMode mode;
    private final Body body;

    /// What the checksum headers of a request are about.
    enum ChecksumHeaders {
        OF_CONTENT,
        /// The object that comes of the request: they say nothing about its content.
        OF_RESULT
    }

    /// What was computed on the way, and agreed with all that was announced.
    ///
    /// @param md5       where it was wanted or announced
    /// @param checksums base64, those that were wanted or announced
    record Received(Optional<byte[]> md5, Map<ChecksumAlgorithm, String> checksums) {}

    /// What to compute beside what the client announced.
    ///
    /// @param md5       whether the MD5 is wanted
    /// @param checksums further ones
    record Wanted(boolean md5, Set<ChecksumAlgorithm> checksums) {
        static final Wanted NOTHING = new Wanted(false, Set.of());
    }

    /// What the client said about the checksums of its content.
    private record Announced(
            Optional<byte[]> md5,
            Optional<ChecksumAlgorithm> algorithm,
            Optional<String> value) {}

    Payload(HttpHeaders headers, PayloadMode mode, Body body) {
        this.headers = headers;
        this.mode = chunkedByEncoding(headers, mode);
        this.body = body;
    }

    /// The length of the content without framing; [Body#UNKNOWN] where it comes in HTTP chunks.
    ///
    /// @throws S3Exception MissingContentLength where the client says neither
    long lengthBytes() {
        if (mode instanceof PayloadMode.Chunked) {
            var decoded = headers.get("x-amz-decoded-content-length", "");
            try {
                long length = Long.parseLong(decoded);
                if (length >= 0) {
                    return length;
                }
            } catch (NumberFormatException _) {
                // answered below
            }
            throw S3Error.MISSING_CONTENT_LENGTH.exception();
        }
        if (body.lengthBytes() == Body.ABSENT) {
            throw S3Error.MISSING_CONTENT_LENGTH.exception();
        }
        return body.lengthBytes();
    }

    /// Whether the client announced any checksum of the content.
    boolean isChecked() {
        return headers.contains("content-md5") || announced().algorithm().isPresent();
    }

    /// Whether the client sends a Content-MD5, so that the MD5 is computed anyway.
    boolean hasMd5() {
        return headers.contains("content-md5");
    }

    /// The checksum algorithm that the client announced a value of.
    Optional<ChecksumAlgorithm> algorithm() {
        return announced().algorithm();
    }

    /// Takes in the content and checks it. Nothing may be made of what the sink got before this has
    /// returned.
    ///
    /// @throws S3Exception where the content is not what was announced
    Received receive(ByteSink sink, Wanted wanted) {
        return receive(sink, wanted, announced());
    }

    private Received receive(ByteSink sink, Wanted wanted, Announced announced) {
        Optional<Digest> md5 = wanted.md5() || announced.md5().isPresent()
                ? Optional.of(Digest.of("MD5"))
                : Optional.empty();
        Optional<Digest> sha256 = mode instanceof PayloadMode.Signed
                ? Optional.of(Digest.of("SHA-256"))
                : Optional.empty();
        var checksums = new EnumMap<ChecksumAlgorithm, Digest>(ChecksumAlgorithm.class);
        announced.algorithm().ifPresent(a -> checksums.put(a, a.newDigest()));
        wanted.checksums().forEach(a -> checksums.computeIfAbsent(a, _ -> a.newDigest()));
        var digests = Stream.of(md5.stream(), sha256.stream(), checksums.values().stream())
                .flatMap(s -> s)
                .toList();
        var trailers = transfer(piece -> {
            for (var digest : digests) {
                digest.update(piece);
            }
            sink.accept(piece);
        });
        if (mode instanceof PayloadMode.Signed signed && sha256.isPresent()) {
            checkSha256(signed.sha256(), HexFormat.of().formatHex(sha256.get().value()));
        }
        var md5Value = md5.map(Digest::value);
        checkMd5(announced, md5Value);
        var values = new EnumMap<ChecksumAlgorithm, String>(ChecksumAlgorithm.class);
        checksums.forEach((a, digest) -> values.put(a,
                Base64.getEncoder().encodeToString(digest.value())));
        checkValue(announced, trailers, values);
        return new Received(md5Value, values);
    }

    /// Takes in the content as one array.
    ///
    /// @throws S3Exception MaxMessageLengthExceeded where it is longer
    byte[] bytes(int maxBytes) {
        return bytes(maxBytes, ChecksumHeaders.OF_CONTENT);
    }

    /// As [#bytes(int)].
    byte[] bytes(int maxBytes, ChecksumHeaders about) {
        var announced = switch (about) {
            case OF_CONTENT -> announced();
            case OF_RESULT -> new Announced(md5(), Optional.empty(), Optional.empty());
        };
        if (body.lengthBytes() > maxBytes) {
            throw S3Error.MAX_MESSAGE_LENGTH_EXCEEDED.exception();
        }
        var out = new ByteArrayOutputStream();
        receive(piece -> {
            if (out.size() + piece.remaining() > maxBytes) {
                throw S3Error.MAX_MESSAGE_LENGTH_EXCEEDED.exception();
            }
            var copy = new byte[piece.remaining()];
            piece.get(copy);
            out.writeBytes(copy);
        }, Wanted.NOTHING, announced);
        return out.toByteArray();
    }

    /// Passes the content without framing on; returns the trailers.
    private Map<String, String> transfer(ByteSink sink) {
        if (mode instanceof PayloadMode.Chunked chunked) {
            var decoder = new AwsChunkedDecoder(chunked, lengthBytes(), sink);
            body.transferTo(decoder::decode);
            decoder.finish();
            return decoder.trailers();
        }
        body.transferTo(sink);
        return Map.of();
    }

    private static void checkSha256(String announced, String computed) {
        if (!announced.equals(computed)) {
            throw S3Error.X_AMZ_CONTENT_SHA256_MISMATCH.exception()
                    .detail("ClientComputedContentSHA256", announced)
                    .detail("S3ComputedContentSHA256", computed);
        }
    }

    private static void checkMd5(Announced announced, Optional<byte[]> computed) {
        if (announced.md5().isPresent() && computed.isPresent()
                && !MessageDigest.isEqual(announced.md5().get(), computed.get())) {
            throw S3Error.BAD_DIGEST.exception(
                    "The Content-MD5 you specified did not match what we received.")
                    .detail("ExpectedDigest", HexFormat.of().formatHex(announced.md5().get()))
                    .detail("CalculatedDigest", HexFormat.of().formatHex(computed.get()));
        }
    }

    private void checkValue(
            Announced announced,
            Map<String, String> trailers,
            Map<ChecksumAlgorithm, String> computed) {
        for (var name : trailers.keySet()) {
            if (!name.equalsIgnoreCase(headers.get("x-amz-trailer", "").strip())) {
                throw S3Error.MALFORMED_TRAILER.exception();
            }
        }
        if (announced.algorithm().isEmpty()) {
            return;
        }
        var algorithm = announced.algorithm().get();
        var value = announced.value()
                .or(
                        () -> Optional.ofNullable(trailers.get(algorithm.headerName())))
                .orElseThrow(S3Error.MALFORMED_TRAILER::exception);
        if (!value.equals(computed.get(algorithm))) {
            throw S3Error.BAD_DIGEST.exception("The " + algorithm
                    + " you specified did not match the calculated checksum.");
        }
    }

    /// @throws S3Exception where what was announced makes no sense
    private Announced announced() {
        var values = headers.names()
                .stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .filter(name -> name.startsWith(CHECKSUM_PREFIX) && !NOT_VALUES.contains(name))
                .toList();
        var trailer = headers.get("x-amz-trailer", "").strip().toLowerCase(Locale.ROOT);
        boolean inTrailer = mode instanceof PayloadMode.Chunked chunked && chunked.trailers()
                && trailer.startsWith(CHECKSUM_PREFIX);
        if (values.size() + (inTrailer ? 1 : 0) > 1) {
            throw S3Error.INVALID_REQUEST.exception("Expecting a single x-amz-checksum- header."
                    + " Multiple checksum Types are not allowed.");
        }
        if (values.isEmpty() && !inTrailer) {
            if (headers.contains("x-amz-sdk-checksum-algorithm")) {
                throw S3Error.INVALID_REQUEST.exception("x-amz-sdk-checksum-algorithm specified,"
                        + " but no corresponding x-amz-checksum-* or x-amz-trailer headers were"
                        + " found.");
            }
            return new Announced(md5(), Optional.empty(), Optional.empty());
        }
        var name = inTrailer ? trailer : values.getFirst();
        var algorithm = ChecksumAlgorithm.ofHeader(name)
                .orElseThrow(() -> S3Error.INVALID_REQUEST.exception(
                        "The algorithm type you specified in x-amz-checksum- header is invalid."));
        Optional<String> value = inTrailer
                ? Optional.empty()
                : Optional.of(headers.get(name, "").strip());
        if (value.isPresent() && !algorithm.accepts(value.get())) {
            throw S3Error.BAD_DIGEST.exception("Value for " + name + " header is invalid.");
        }
        return new Announced(md5(), Optional.of(algorithm), value);
    }

    private Optional<byte[]> md5() {
        if (!hasMd5()) {
            return Optional.empty();
        }
        try {
            var md5 = Base64.getDecoder().decode(headers.get("content-md5", "").strip());
            if (md5.length == MD5_BYTES) {
                return Optional.of(md5);
            }
        } catch (IllegalArgumentException _) {
            // answered below
        }
        throw S3Error.INVALID_DIGEST.exception("The Content-MD5 you specified was invalid.");
    }

    /// Some clients chunk without saying so in x-amz-content-sha256.
    private static PayloadMode chunkedByEncoding(HttpHeaders headers, PayloadMode mode) {
        boolean chunked = mode instanceof PayloadMode.Unsigned
                && headers.contains("x-amz-decoded-content-length")
                && List.of(headers.get("content-encoding", "").split("\\s*,\\s*"))
                        .contains("aws-chunked");
        return chunked
                ? new PayloadMode.Chunked(Optional.empty(),
                        headers.contains("x-amz-trailer"))
                : mode;
    }
}

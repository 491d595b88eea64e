package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Takes the framing off an aws-chunked body and checks its signatures, whatever the pieces that
/// the body arrives in.
///
///     400;chunk-signature=<64 hex>\r\n <1024 bytes> \r\n       any number of chunks
///     0;chunk-signature=<64 hex>\r\n                           the last one is empty
///     x-amz-checksum-crc32:<base64>\r\n                        with trailers only
///     x-amz-trailer-signature:<64 hex>\r\n                     with signed trailers only
///     \r\n
///
/// Unsigned chunks have the length alone on their first line. Data goes to the sink before its
/// chunk's signature was checked, so nothing may be made of it before [#finish] has returned.
///
/// Confined to its thread.
final class AwsChunkedDecoder {
    private static final int MAX_LINE_BYTES = 512;
    private static final int MAX_TRAILERS = 16;
    private static final int MAX_LENGTH_DIGITS = 16;
    private static final String SIGNATURE_EXTENSION = "chunk-signature=";
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

    private enum State {
        LENGTH_LINE,
        DATA,
        DATA_END,
        TRAILERS
    }

    private final PayloadMode.Chunked mode;
    private final long decodedBytes;
    private final ByteSink sink;
    private final StringBuilder line = new StringBuilder(128);
    private final TreeMap<String, String> trailers = new TreeMap<>();
    private State state = State.LENGTH_LINE;
    private long chunkLeft;
    private long decodedSoFar;
    private Digest chunkHash = Digest.of("SHA-256");
    private String chunkSignature = "";
    private String trailerSignature = "";

    /// @param decodedBytes the length that the client announced; other lengths are errors
    AwsChunkedDecoder(PayloadMode.Chunked mode, long decodedBytes, ByteSink sink) {
        this.mode = mode;
        this.decodedBytes = decodedBytes;
        this.sink = sink;
    }

    /// Takes the next piece of the body.
    ///
    /// @param wire borrowed; read to its limit
    void decode(ByteBuffer wire) {
        while (wire.hasRemaining()) {
            switch (state) {
                case LENGTH_LINE -> {
                    if (readLine(wire)) {
                        beginChunk(takeLine());
                    }
                }
                case DATA -> data(wire);
                case DATA_END -> {
                    if (readLine(wire)) {
                        endChunk(takeLine());
                    }
                }
                case TRAILERS -> {
                    if (readLine(wire)) {
                        trailer(takeLine());
                    }
                }
            }
        }
    }

    /// Must be called at the end of the body; checks that it was whole.
    void finish() {
        if (state != State.TRAILERS) {
            throw S3Error.INCOMPLETE_BODY.exception("The body ended within a chunk.");
        }
        if (!line.isEmpty()) {
            trailer(takeLine());
        }
        if (decodedSoFar != decodedBytes) {
            throw S3Error.INCOMPLETE_BODY.exception("The chunks hold " + decodedSoFar
                    + " bytes, but x-amz-decoded-content-length says " + decodedBytes + ".");
        }
        if (mode.trailers() && mode.signer().isPresent()) {
            var canonical = new StringBuilder();
            trailers.forEach((name, value) -> canonical
                    .append(name)
                    .append(':')
                    .append(value)
                    .append('\n'));
            var expected = mode.signer().get().trailer(canonical.toString());
            if (!SigV4.matches(expected, trailerSignature)) {
                throw S3Error.SIGNATURE_DOES_NOT_MATCH.exception();
            }
        }
    }

    /// What followed the last chunk, by lower-case name.
    Map<String, String> trailers() {
        return trailers;
    }

    private void beginChunk(String header) {
        int semicolon = header.indexOf(';');
        var length = (semicolon < 0 ? header : header.substring(0, semicolon)).strip();
        chunkSignature = "";
        if (mode.signer().isPresent()) {
            var extension = semicolon < 0 ? "" : header.substring(semicolon + 1).strip();
            if (!extension.startsWith(SIGNATURE_EXTENSION)) {
                throw malformed("A chunk must have a signature.");
            }
            chunkSignature = extension.substring(SIGNATURE_EXTENSION.length()).strip();
        }
        chunkLeft = parseLength(length);
        if (chunkLeft > decodedBytes - decodedSoFar) {
            throw S3Error.INCOMPLETE_BODY.exception(
                    "The chunks hold more bytes than x-amz-decoded-content-length ("
                            + decodedBytes + ") says.");
        }
        if (chunkLeft == 0) {
            checkSignature();
            state = State.TRAILERS;
        } else {
            state = State.DATA;
        }
    }

    private void data(ByteBuffer wire) {
        int length = (int) Math.min(chunkLeft, wire.remaining());
        var piece = wire.slice(wire.position(), length);
        if (mode.signer().isPresent()) {
            chunkHash.update(piece);
        }
        sink.accept(piece);
        wire.position(wire.position() + length);
        decodedSoFar += length;
        chunkLeft -= length;
        if (chunkLeft == 0) {
            state = State.DATA_END;
        }
    }

    private void endChunk(String rest) {
        if (!rest.isEmpty()) {
            throw malformed("A chunk's data must end with CR LF.");
        }
        checkSignature();
        state = State.LENGTH_LINE;
    }

    private void checkSignature() {
        if (mode.signer().isPresent()) {
            var hash = HexFormat.of().formatHex(chunkHash.value());
            chunkHash = Digest.of("SHA-256");
            if (!SigV4.matches(mode.signer().get().next(hash), chunkSignature)) {
                throw S3Error.SIGNATURE_DOES_NOT_MATCH.exception();
            }
        }
    }

    /// Blank lines between and behind trailers are let through: some clients write them.
    private void trailer(String text) {
        if (text.isBlank()) {
            return;
        }
        int colon = text.indexOf(':');
        if (!mode.trailers() || colon <= 0 || trailers.size() >= MAX_TRAILERS) {
            throw S3Error.MALFORMED_TRAILER.exception();
        }
        var name = text.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        var value = text.substring(colon + 1).strip();
        if (name.equals(TRAILER_SIGNATURE)) {
            trailerSignature = value;
        } else if (trailers.put(name, value) != null) {
            throw S3Error.MALFORMED_TRAILER.exception();
        }
    }

    /// Moves bytes up to the next LF to [#line]; tells whether that was reached.
    private boolean readLine(ByteBuffer wire) {
        while (wire.hasRemaining()) {
            byte b = wire.get();
            if (b == '\n') {
                return true;
            }
            if (line.length() >= MAX_LINE_BYTES) {
                throw malformed("A line of the chunk framing is too long.");
            }
            line.append((char) (b & 0xff));
        }
        return false;
    }

    private String takeLine() {
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
            length--;
        }
        var text = line.substring(0, length);
        line.setLength(0);
        return text;
    }

    private static long parseLength(String text) {
        if (text.isEmpty() || text.length() >= MAX_LENGTH_DIGITS) {
            throw malformed("A chunk's length must be a hexadecimal number.");
        }
        long length = 0;
        for (byte digit : text.getBytes(ISO_8859_1)) {
            int value = Character.digit(digit, 16);
            if (value < 0) {
                throw malformed("A chunk's length must be a hexadecimal number.");
            }
            length = length << 4 | value;
        }
        return length;
    }

    private static S3Exception malformed(String message) {
        return S3Error.INVALID_REQUEST.exception(message);
    }
}

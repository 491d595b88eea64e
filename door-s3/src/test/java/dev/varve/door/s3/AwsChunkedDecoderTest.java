package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AwsChunkedDecoderTest {
    private static final String SEED = "4f232c4386841ef735655705268965c4"
            + "4a0e4690baa4adea153f7db9fa80a0a9";
    private static final String TRAILER = "x-amz-checksum-crc32:sOO8/Q==";

    /// What came of a body.
    private record Decoded(byte[] bytes, Map<String, String> trailers) {}

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void decodesSignedAndUnsignedChunksHoweverTheyAreSplit(boolean signed) {
        for (long seed = 1; seed <= 200; seed++) {
            var random = new Random(seed);
            var content = new byte[random.nextInt(20_000)];
            random.nextBytes(content);
            boolean trailers = !signed || random.nextBoolean();
            var wire = encode(content, random, signed, trailers);
            var decoder = decode(wire, content.length, signed, trailers, random);
            assertThat(decoder.bytes).as("seed %d", seed).isEqualTo(content);
            assertThat(decoder.trailers).as("seed %d", seed)
                    .isEqualTo(trailers
                            ? Map.of("x-amz-checksum-crc32", "sOO8/Q==")
                            : Map.of());
        }
    }

    @Test
    void acceptsTheBlankLinesThatSomeClientsWrite() {
        var wire = "3\r\nabc\r\n0\r\n" + TRAILER + "\n\r\n\r\n";
        assertThat(decode(wire, 3).trailers).hasSize(1);
        assertThat(decode("0\r\n" + TRAILER, 0).bytes).isEmpty();
    }

    @Test
    void refusesAnyOtherLengthThanTheAnnouncedOne() {
        assertRefused("3\r\nabc\r\n0\r\n\r\n", 4, S3Error.INCOMPLETE_BODY);
        assertRefused("3\r\nabc\r\n0\r\n\r\n", 2, S3Error.INCOMPLETE_BODY);
        assertRefused("fffffffffffffff\r\nabc\r\n0\r\n\r\n", 3, S3Error.INCOMPLETE_BODY);
        assertRefused("3\r\nabc\r\n", 3, S3Error.INCOMPLETE_BODY);
        assertRefused("3\r\nab", 3, S3Error.INCOMPLETE_BODY);
        assertRefused("", 0, S3Error.INCOMPLETE_BODY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\nabc\r\n0\r\n\r\n", "zz\r\nabc\r\n0\r\n\r\n",
            "-3\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\r\nabcX\r\n0\r\n\r\n",
            "10000000000000003\r\nabc\r\n0\r\n\r\n"})
    void refusesBadFraming(String wire) {
        assertRefused(wire, 3, S3Error.INVALID_REQUEST);
    }

    @Test
    void refusesEndlessLinesAndTooManyTrailers() {
        assertRefused("0".repeat(600), 3, S3Error.INVALID_REQUEST);
        assertRefused("0\r\n" + "a:b\r\n".repeat(2), 0, S3Error.MALFORMED_TRAILER);
        var many = new StringBuilder("0\r\n");
        for (int i = 0; i < 20; i++) {
            many.append("x").append(i).append(":y\r\n");
        }
        assertRefused(many.toString(), 0, S3Error.MALFORMED_TRAILER);
        assertRefused("0\r\nno colon\r\n\r\n", 0, S3Error.MALFORMED_TRAILER);
    }

    @Test
    void refusesDataBehindTheLastChunkWhereNoTrailerMayBe() {
        var decoder = new AwsChunkedDecoder(
                new PayloadMode.Chunked(Optional.empty(), false), 0, _ -> {});
        assertThatThrownBy(() -> decoder.decode(bytes("0\r\na:b\r\n\r\n")))
                .isInstanceOf(S3Exception.class);
    }

    @Test
    void refusesAnyChangedByteOfASignedBody() {
        var random = new Random(4);
        var content = new byte[300];
        random.nextBytes(content);
        var wire = encode(content, random, true, true);
        int refused = 0;
        for (int i = 0; i < wire.length; i++) {
            var changed = wire.clone();
            changed[i] ^= 1;
            try {
                var decoded = decode(changed, content.length, true, true, random);
                assertThat(decoded.bytes).as("byte %d", i).isEqualTo(content);
            } catch (S3Exception _) {
                refused++;
            }
        }
        // What may change is the case of hexadecimal lengths and the blank behind lines.
        assertThat(refused).isGreaterThan(wire.length * 9 / 10);
    }

    @Test
    void refusesChunksInAnotherOrder() {
        var signer = SigV4Test.signer(SEED);
        var first = chunk(signer, "aaaa");
        var second = chunk(signer, "bbbb");
        var end = chunk(signer, "") + "\r\n";
        var mode = new PayloadMode.Chunked(Optional.of(SigV4Test.signer(SEED)), false);
        var decoder = new AwsChunkedDecoder(mode, 8, _ -> {});
        assertThatThrownBy(() -> decoder.decode(bytes(second + first + end)))
                .isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.error())
                        .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH));
    }

    @Test
    void survivesGarbage() {
        for (long seed = 1; seed <= 500; seed++) {
            var random = new Random(seed);
            var wire = encode(new byte[random.nextInt(100)], random, random.nextBoolean(), true);
            for (int i = 0; i < 3; i++) {
                wire[random.nextInt(wire.length)] = (byte) random.nextInt();
            }
            try {
                decode(wire, random.nextInt(200), random.nextBoolean(), true, random);
            } catch (S3Exception e) {
                assertThat(e.error().status()).as("seed %d", seed).isBetween(400, 403);
            }
        }
    }

    private static void assertRefused(String wire, long length, S3Error error) {
        assertThatThrownBy(() -> decode(wire, length)).isInstanceOfSatisfying(
                S3Exception.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    private static Decoded decode(String wire, long length) {
        return decode(wire.getBytes(ISO_8859_1), length, false, true, new Random(1));
    }

    private static Decoded decode(
            byte[] wire,
            long length,
            boolean signed,
            boolean trailers,
            Random random) {
        var out = new ByteArrayOutputStream();
        var mode = new PayloadMode.Chunked(
                signed ? Optional.of(SigV4Test.signer(SEED)) : Optional.empty(), trailers);
        var decoder = new AwsChunkedDecoder(mode, length, piece -> {
            var copy = new byte[piece.remaining()];
            piece.get(copy);
            out.writeBytes(copy);
        });
        for (int at = 0; at < wire.length;) {
            int piece = Math.min(wire.length - at,
                    1 + random.nextInt(random.nextBoolean() ? 4 : 3000));
            decoder.decode(ByteBuffer.wrap(wire, at, piece));
            at += piece;
        }
        decoder.finish();
        return new Decoded(out.toByteArray(), decoder.trailers());
    }

    private static byte[] encode(byte[] content, Random random, boolean signed, boolean trailers) {
        var out = new ByteArrayOutputStream();
        var signer = SigV4Test.signer(SEED);
        for (int at = 0; at < content.length;) {
            int length = Math.min(content.length - at, 1 + random.nextInt(9000));
            var data = java.util.Arrays.copyOfRange(content, at, at + length);
            head(out, signer, data, signed);
            out.writeBytes(data);
            out.writeBytes(new byte[]{'\r', '\n'});
            at += length;
        }
        head(out, signer, new byte[0], signed);
        if (trailers) {
            out.writeBytes((TRAILER + "\r\n").getBytes(ISO_8859_1));
            if (signed) {
                out.writeBytes(
                        ("x-amz-trailer-signature:" + signer.trailer(TRAILER + "\n") + "\r\n")
                                .getBytes(ISO_8859_1));
            }
        }
        out.writeBytes(new byte[]{'\r', '\n'});
        return out.toByteArray();
    }

    private static void head(
            ByteArrayOutputStream out,
            ChunkSigner signer,
            byte[] data,
            boolean signed) {
        var line = Integer.toHexString(data.length);
        if (signed) {
            line += ";chunk-signature=" + signer.next(Digest.sha256Hex(data));
        }
        out.writeBytes((line + "\r\n").getBytes(ISO_8859_1));
    }

    private static String chunk(ChunkSigner signer, String data) {
        var line = Integer.toHexString(data.length()) + ";chunk-signature="
                + signer.next(Digest.sha256Hex(data.getBytes(ISO_8859_1))) + "\r\n";
        return data.isEmpty() ? line : line + data + "\r\n";
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }
}

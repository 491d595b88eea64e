package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ChecksumAlgorithmTest {

    /// The check values of the catalogue of parametrised CRC algorithms, and of FIPS 180.
    @ParameterizedTest
    @CsvSource({"CRC32,y/Q5Jg==", "CRC32C,4waSgw==", "CRC64NVME,rosUhgp5mIg=",
            "SHA1,98O8HYCOBHMq32eZZczDTKeuNEE=",
            "SHA256,FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="})
    void computesItsCheckValue(ChecksumAlgorithm algorithm, String expected) {
        assertThat(sum(algorithm, "123456789".getBytes(US_ASCII))).isEqualTo(expected);
        assertThat(algorithm.accepts(expected)).isTrue();
        assertThat(algorithm.accepts("AAAA")).isFalse();
        assertThat(algorithm.accepts("not base64!")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(ChecksumAlgorithm.class)
    void doesNotDependOnThePieces(ChecksumAlgorithm algorithm) {
        for (long seed = 1; seed <= 50; seed++) {
            var random = new Random(seed);
            var bytes = new byte[random.nextInt(5000)];
            random.nextBytes(bytes);
            var digest = algorithm.newDigest();
            var direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
            while (direct.hasRemaining()) {
                int length = Math.min(direct.remaining(), 1 + random.nextInt(700));
                digest.update(direct.slice(direct.position(), length));
                direct.position(direct.position() + length);
            }
            assertThat(Base64.getEncoder().encodeToString(digest.value()))
                    .as("seed %d", seed)
                    .isEqualTo(sum(algorithm, bytes));
        }
    }

    @ParameterizedTest
    @EnumSource(value = ChecksumAlgorithm.class, names = {"CRC32", "CRC32C", "CRC64NVME"})
    void combinesTheChecksumsOfParts(ChecksumAlgorithm algorithm) {
        for (long seed = 1; seed <= 100; seed++) {
            var random = new Random(seed);
            var bytes = new byte[random.nextInt(100_000)];
            random.nextBytes(bytes);
            var sums = new ArrayList<String>();
            var lengths = new ArrayList<Long>();
            for (int at = 0; at < bytes.length || sums.isEmpty();) {
                int length = Math.min(bytes.length - at, random.nextInt(40_000));
                sums.add(sum(algorithm, Arrays.copyOfRange(bytes, at, at + length)));
                lengths.add((long) length);
                at += length;
            }
            assertThat(algorithm.fullObject(sums, lengths)).as("seed %d", seed)
                    .isEqualTo(sum(algorithm, bytes));
        }
    }

    @Test
    void countsThePartsOfACompositeChecksum() {
        var part = sum(ChecksumAlgorithm.SHA256, new byte[]{1});
        assertThat(ChecksumAlgorithm.SHA256.composite(List.of(part, part))).endsWith("=-2");
        assertThat(ChecksumAlgorithm.CRC64NVME.supports(ChecksumAlgorithm.Type.COMPOSITE))
                .isFalse();
        assertThat(ChecksumAlgorithm.SHA1.supports(ChecksumAlgorithm.Type.FULL_OBJECT)).isFalse();
        assertThat(ChecksumAlgorithm.CRC32.supports(ChecksumAlgorithm.Type.FULL_OBJECT)).isTrue();
    }

    private static String sum(ChecksumAlgorithm algorithm, byte[] bytes) {
        var digest = algorithm.newDigest();
        digest.update(ByteBuffer.wrap(bytes));
        return Base64.getEncoder().encodeToString(digest.value());
    }
}

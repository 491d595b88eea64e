package dev.varve.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class KeyHashTest {
    /// The key of the paper's example: the bytes 0 to 15.
    private static final KeyHash PAPER = new KeyHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    @Test
    void isTheFunctionOfThePaper() {
        var input = new byte[15];
        IntStream.range(0, input.length).forEach(i -> input[i] = (byte) i);
        assertThat(PAPER.of(input)).isEqualTo(0xa129ca6149be45e5L);
        assertThat(PAPER.of(new byte[0])).isEqualTo(0x726fdb47dd0e0e31L);
    }

    @Test
    void takesTheBucketForTheFirstWord() {
        var input = new byte[15];
        IntStream.range(0, input.length).forEach(i -> input[i] = (byte) i);
        var withBucket = new byte[8 + 15];
        withBucket[0] = 7;
        System.arraycopy(input, 0, withBucket, 8, input.length);
        assertThat(PAPER.of(7, input)).isEqualTo(PAPER.of(withBucket));
    }

    @Test
    void tellsNothingWithoutTheSecret() {
        var key = key(1);
        var random = new Random(1);
        assertThat(KeyHash.secret(random).of(0, key)).isNotEqualTo(
                KeyHash.secret(random).of(0, key));
    }

    @Test
    void takesTheShareOfKeysThatItIsAskedFor() {
        var hash = KeyHash.secret(new Random(2));
        int count = 100_000;
        for (double rate : new double[]{0.01, 0.1, 0.5}) {
            long sampled = IntStream.range(0, count)
                    .filter(i -> KeyHash.isSampled(hash.of(0, key(i)), rate))
                    .count();
            double deviation = Math.sqrt(count * rate * (1 - rate));
            assertThat((double) sampled).isBetween(
                    count * rate - 4 * deviation, count * rate + 4 * deviation);
        }
    }

    @Test
    void takesAllKeysOrWhatASmallerSampleHas() {
        var hash = KeyHash.secret(new Random(3));
        for (int i = 0; i < 10_000; i++) {
            long number = hash.of(0, key(i));
            assertThat(KeyHash.isSampled(number, 1)).isTrue();
            assertThat(KeyHash.isSampled(number, 0.1))
                    .isIn(KeyHash.isSampled(number, 0.2), false);
        }
    }

    private static byte[] key(int i) {
        return ("key:" + i).getBytes(StandardCharsets.UTF_8);
    }
}

package dev.varve.door.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteRangeTest {

    @ParameterizedTest
    @CsvSource({"bytes=0-0,0,1", "bytes=0-9,0,10", "bytes=5-,5,5", "bytes=-3,7,3",
            "bytes=-100,0,10", "bytes=8-99999999999999999999,8,2", "bytes=9-9,9,1"})
    void selectsBytes(String header, long offset, long length) {
        assertThat(ByteRange.parse(Optional.of(header), 10))
                .contains(new ByteRange(offset, length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-1,3-4", "bytes=5-2", "bytes=", "bytes=-", "bytes=a-b",
            "items=0-1", "bytes=1", "bytes=--1", "bytes=+1-2", "0-1"})
    void answersWithTheWholeWhereItDoesNotUnderstand(String header) {
        assertThat(ByteRange.parse(Optional.of(header), 10)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"bytes=10-,10", "bytes=10-20,10", "bytes=-0,10", "bytes=0-,0", "bytes=-5,0"})
    void refusesRangesWithoutAByte(String header, long size) {
        assertThatThrownBy(() -> ByteRange.parse(Optional.of(header), size))
                .isInstanceOfSatisfying(S3Exception.class, e -> {
                    assertThat(e.error()).isEqualTo(S3Error.INVALID_RANGE);
                    assertThat(e.headers()).containsEntry("content-range", "bytes */" + size);
                });
    }

    @Test
    void selectsExactlyTheBytesThatExistAndWereAskedFor() {
        for (long seed = 1; seed <= 5000; seed++) {
            var random = new Random(seed);
            long size = random.nextInt(20);
            long a = random.nextInt(24);
            long b = random.nextInt(24);
            int form = random.nextInt(3);
            var header = switch (form) {
                case 0 -> "bytes=" + a + '-' + b;
                case 1 -> "bytes=" + a + '-';
                default -> "bytes=-" + b;
            };
            if (form == 0 && b < a) {
                assertThat(ByteRange.parse(Optional.of(header), size)).isEmpty();
                continue;
            }
            var wanted = LongStream.range(0, size).filter(i -> switch (form) {
                case 0 -> i >= a && i <= b;
                case 1 -> i >= a;
                default -> i >= size - b;
            }).toArray();
            if (wanted.length == 0) {
                assertThatThrownBy(() -> ByteRange.parse(Optional.of(header), size))
                        .as("seed %d", seed)
                        .isInstanceOf(S3Exception.class);
            } else {
                assertThat(ByteRange.parse(Optional.of(header), size)).as("seed %d", seed)
                        .contains(new ByteRange(wanted[0], wanted.length));
            }
        }
    }
}

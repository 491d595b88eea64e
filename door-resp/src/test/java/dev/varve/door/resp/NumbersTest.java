package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NumbersTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 10, -10, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1,
            Long.MIN_VALUE + 1, 1L << 32})
    void readsWhatFits(long value) {
        assertThat(Numbers.parse(RawClient.latin(Long.toString(value)))).hasValue(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "+1", "01", "-0", "-01", "1 ", " 1", "1.0", "0x1", "abc",
            "9223372036854775808", "-9223372036854775809", "99999999999999999999",
            "18446744073709551616", "1\0"})
    void refusesWhatRedisRefuses(String text) {
        assertThat(Numbers.parse(RawClient.latin(text))).isEmpty();
    }

    @Test
    void readsWhatJavaWrites() {
        var random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            assertThat(Numbers.parse(RawClient.latin(Long.toString(value)))).hasValue(value);
        }
    }
}

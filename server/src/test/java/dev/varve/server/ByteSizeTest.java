package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({
            "0, 0", "4096, 4096", "1k, 1024", "512m, 536870912", "512MB, 536870912",
            "512 MiB, 536870912", "1g, 1073741824", "1.5t, 1649267441664", "1p, 1125899906842624",
            "0.5k, 512"})
    void readsWhatPeopleWrite(String text, long bytes) {
        assertThat(ByteSize.parse(text.replace(" ", ""))).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "x", "-1", "-1g", "1gg", "1,5g", "1e9", "0x10", "m", ".5g",
            "1 000", "9999999p", "9223372036854775808", "1g memory"})
    void refusesWhatIsNoSize(String text) {
        assertThat(ByteSize.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
            "0, 0 B", "1023, 1023 B", "1024, 1 KiB", "1536, 1.5 KiB", "1048575, 1 MiB",
            "536870912, 512 MiB", "1649267441664, 1.5 TiB", "9223372036854775807, 8192 PiB"})
    void writesTheNearestReadableUnit(long bytes, String text) {
        assertThat(ByteSize.format(bytes)).isEqualTo(text);
    }

    @Test
    void readsBackWhatItWrites() {
        for (int shift = 0; shift < 60; shift++) {
            long bytes = 1L << shift;
            assertThat(ByteSize.parse(ByteSize.format(bytes).replace(" ", ""))).hasValue(bytes);
        }
    }
}

package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FiguresTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0             | 0 B
            1             | 1 B
            999           | 999 B
            1000          | 1.00 kB
            9994          | 9.99 kB
            9996          | 10.0 kB
            99940         | 99.9 kB
            99960         | 100 kB
            999499        | 999 kB
            999500        | 1.00 MB
            1505755136    | 1.51 GB
            5000000000000000 | 5.00 PB
            5000000000000000000 | 5000 PB
            """)
    void bytesHaveThreeDigitsAndAPowerOfTen(long value, String text) {
        assertThat(Figures.bytes(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0             | 0.00 ms
            1             | 0.000 ms
            85400         | 0.085 ms
            999400        | 0.999 ms
            999600        | 1.00 ms
            12345678      | 12.3 ms
            1234567890    | 1235 ms
            """)
    void timesAreMilliseconds(long nanos, String text) {
        assertThat(Figures.millis(nanos)).isEqualTo(text);
    }

    @Test
    void percentOfNothingIsZero() {
        assertThat(Figures.percent(0, 0)).isEqualTo("0.0 %");
        assertThat(Figures.percent(1, 3)).isEqualTo("33.3 %");
    }

    @Test
    void countsAndRatesAreGroupedAndRounded() {
        assertThat(Figures.count(1_234_567)).isEqualTo("1,234,567");
        assertThat(Figures.bytesPerSecond(231_000_000)).isEqualTo("0.23 GB/s");
        assertThat(Figures.rounded(11_763_712)).isEqualTo("11.8 M");
    }

    @Test
    void whatPlansTellHasItsUnit() {
        assertThat(Figures.seconds(0.0123)).isEqualTo("12.3 ms");
        assertThat(Figures.seconds(0.00002)).isEqualTo("20.0 us");
        assertThat(Figures.seconds(0)).isEqualTo("0 s");
        assertThat(Figures.years(Double.POSITIVE_INFINITY)).isEqualTo("> 1000 y");
        assertThat(Figures.dollars(12345)).isEqualTo("12,345 USD");
        assertThat(Figures.watts(0.00045)).isEqualTo("0.45 mW");
        assertThat(Figures.watts(12.34)).isEqualTo("12.3 W");
        assertThat(Figures.percent(0.351)).isEqualTo("35.1 %");
        assertThat(Figures.digits(0.00123)).isEqualTo("0.0012");
        assertThat(Figures.digits(5)).isEqualTo("5");
    }
}

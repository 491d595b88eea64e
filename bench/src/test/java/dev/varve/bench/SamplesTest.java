package dev.varve.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class SamplesTest {

    @Test
    void theMedianIsTheMiddleOrBetweenTheTwoMiddles() {
        assertThat(new Samples(3, 1, 2).median()).isEqualTo(2);
        assertThat(new Samples(4, 1, 2, 3).median()).isEqualTo(2.5);
        assertThat(new Samples(7).median()).isEqualTo(7);
    }

    @Test
    void theSpreadIsLeastToMost() {
        var samples = new Samples(300, 100, 200);
        assertThat(samples.min()).isEqualTo(100);
        assertThat(samples.max()).isEqualTo(300);
        assertThat(Row.spread(samples)).isEqualTo("200 (100–300)");
    }

    @Test
    void ratiosAreOfFiguresOfTheSameRound() {
        var ratios = new Samples(10, 400, 90).over(new Samples(10, 200, 30));
        assertThat(ratios.min()).isEqualTo(1);
        assertThat(ratios.median()).isEqualTo(2);
        assertThat(ratios.max()).isEqualTo(3);
    }

    @Test
    void nothingHasNoMedian() {
        assertThatThrownBy(Samples::new).isInstanceOf(IllegalArgumentException.class);
    }
}

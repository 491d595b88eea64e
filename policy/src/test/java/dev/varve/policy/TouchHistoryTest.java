package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TouchHistoryTest {

    /// Against plain variables.
    @Test
    void keepsEachPartApart() {
        var random = new SplittableRandom(1);
        for (int block = 0; block < 1000; block++) {
            int touchedAt = random.nextInt();
            long history = TouchHistory.begun(touchedAt, 1);
            int gap = TouchHistory.NO_GAP;
            int gapBefore = TouchHistory.NO_GAP;
            for (int touches = 0; touches < 20; touches++) {
                assertThat(TouchHistory.gap(history)).isEqualTo(gap);
                assertThat(TouchHistory.gapBefore(history)).isEqualTo(gapBefore);
                assertThat(TouchHistory.touches(history)).isEqualTo(Math.min(15, touches));
                int waited = random.nextInt(Integer.MAX_VALUE) >>> random.nextInt(31);
                touchedAt += waited;
                assertThat(TouchHistory.waited(history, touchedAt)).isEqualTo(waited);
                long sizeBytes = random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63);
                int age = TouchHistory.age(waited);
                history = TouchHistory.cameBack(history, touchedAt, age, sizeBytes);
                assertThat(TouchHistory.logBytes(history))
                        .isCloseTo(Math.log((double) Math.max(1, sizeBytes)) - .1165, within(.117));
                gapBefore = gap;
                gap = age + 1;
            }
        }
    }

    @Test
    void tellsAgesApartInTwoStepsADoubling() {
        int capacity = TouchHistory.TICKS;
        assertThat(TouchHistory.age(0)).isZero();
        assertThat(TouchHistory.age(capacity / 32 - 1)).isZero();
        assertThat(TouchHistory.age(capacity / 32)).isEqualTo(1);
        assertThat(TouchHistory.age(capacity / 32 * 3 / 2)).isEqualTo(2);
        assertThat(TouchHistory.age(capacity)).isEqualTo(11);
        assertThat(TouchHistory.age(16 * capacity - 1)).isEqualTo(TouchHistory.AGES - 2);
        assertThat(TouchHistory.age(16 * capacity)).isEqualTo(TouchHistory.AGES - 1);
        assertThat(TouchHistory.age(Integer.MAX_VALUE)).isEqualTo(TouchHistory.AGES - 1);
    }

    @Test
    void takesSizesOfAllKinds() {
        for (long sizeBytes : new long[]{0, 1, 2, 3, 4, Long.MAX_VALUE}) {
            double log = TouchHistory.logBytes(TouchHistory.begun(0, sizeBytes));
            assertThat(log).isBetween(Math.log((double) Math.max(1, sizeBytes)) - .23, 45.0);
        }
    }
}

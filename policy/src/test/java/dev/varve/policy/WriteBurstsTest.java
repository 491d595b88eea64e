package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/// Readers of a device in a model: what they wait depends on how much is gathered.
final class WriteBurstsTest {
    private static final double SLACK = 1.2;
    private static final long MOST = 64 << 20;
    private static final long WAIT = 300_000;
    private static final long ROUND = WriteBursts.PERIODS * WriteBursts.PERIOD_NANOS;
    private static final int LENGTH = 64 << 10;

    private final SplittableRandom random = new SplittableRandom(7);
    private final WriteBursts bursts = new WriteBursts(SLACK, MOST, 0);
    private long now;

    @Test
    void growsToItsMostWhereReadersWaitNoLonger() {
        run(6, _ -> WAIT);
        assertThat(bursts.burstBytes()).isEqualTo(MOST);
        assertThat(bursts.halvings()).isZero();
    }

    @Test
    void growsWhereNobodyReads() {
        now = ROUND;
        bursts.burstBytes(now);
        assertThat(bursts.burstBytes()).isEqualTo(MOST / 4);
    }

    @Test
    void restsOnePeriodOfEight() {
        int rests = 0;
        for (int period = 0; period < 10 * WriteBursts.PERIODS; period++) {
            rests += bursts.burstBytes(period * WriteBursts.PERIOD_NANOS).isEmpty() ? 1 : 0;
        }
        assertThat(rests).isEqualTo(10);
    }

    @Test
    void isHalvedWhereReadersWaitLongerOnTheAverage() {
        run(6, burst -> burst > MOST / 2 ? WAIT * 3 / 2 : WAIT);
        assertThat(bursts.halvings()).isPositive();
        run(20, burst -> {
            assertThat(burst == 0 || burst >= MOST / 4).isTrue();
            return burst > MOST / 2 ? WAIT * 3 / 2 : WAIT;
        });
    }

    /// One of twenty reads finds the device asleep: too few for a percentile, and yet the mean is
    /// three times what it was.
    @Test
    void isHalvedWhereFewReadersWaitMuchLonger() {
        run(12, burst -> burst > 0 && random.nextInt(20) == 0 ? 12_000_000 : WAIT);
        assertThat(bursts.burstBytes()).isLessThanOrEqualTo(MOST / 16);
    }

    @Test
    void gathersNothingWhereAnyBurstHurts() {
        run(12, burst -> burst > 0 ? 5 * WAIT : WAIT);
        assertThat(bursts.burstBytes()).isLessThanOrEqualTo(MOST / 16);
        assertThat(bursts.gatheringNanos()).isLessThanOrEqualTo(5 * WAIT);
    }

    @Test
    void toleratesWhatTheSlackAllows() {
        run(6, burst -> burst > 0 ? WAIT * 11 / 10 : WAIT);
        assertThat(bursts.burstBytes()).isEqualTo(MOST);
        assertThat(bursts.restingNanos()).isCloseTo(WAIT, withPercentage(10));
    }

    /// Others keep the machine busy: everything is slower, in the rests and outside of them.
    @Test
    void isNotMisledByLoadThatIsNotItsOwn() {
        run(6, _ -> WAIT);
        run(6, _ -> 10 * WAIT);
        assertThat(bursts.burstBytes()).isGreaterThanOrEqualTo(MOST / 2);
    }

    /// Reads of another length take longer, and there are more of them outside of the rests.
    @Test
    void comparesReadsOnlyWithThoseOfAboutTheSameLength() {
        while (now < 6 * ROUND) {
            now += 10_000_000;
            boolean isLong = bursts.burstBytes(now).isPresent() && random.nextBoolean();
            bursts.waited(isLong ? 16 * LENGTH : LENGTH, isLong ? 20 * WAIT : WAIT, now);
        }
        assertThat(bursts.halvings()).isZero();
    }

    @Test
    void doesNotHearWhatWasUnderWayWhenAPeriodBegan() {
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 100; i++) {
                now = round * ROUND + i * 10_000_000L + ROUND / 2;
                bursts.waited(LENGTH, now % WriteBursts.PERIOD_NANOS < 100_000_000
                        ? 15_000_000
                        : WAIT, now);
            }
        }
        assertThat(bursts.gatheringNanos()).isCloseTo(WAIT, withPercentage(10));
    }

    @Test
    void staysAsItIsUntilItKnowsEnough() {
        for (; now < 3 * ROUND; now += 500_000_000) {
            bursts.burstBytes(now);
            bursts.waited(LENGTH, WAIT, now);
        }
        assertThat(bursts.burstBytes()).isEqualTo(MOST / 8);
        for (; now < 12 * ROUND; now += 500_000_000) {
            bursts.burstBytes(now);
            bursts.waited(LENGTH, WAIT, now);
        }
        assertThat(bursts.burstBytes()).isGreaterThan(MOST / 8);
    }

    @Test
    void refusesASlackBelowOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WriteBursts(0.9, MOST, 0))
                .withMessageContaining("must be at least 1");
    }

    /// Has a client read each ten milliseconds.
    ///
    /// @param waitAt nanoseconds that it waits while so much is gathered; 0 in the rests
    private void run(int rounds, LongUnaryOperator waitAt) {
        long end = now + rounds * ROUND;
        while (now < end) {
            now += 10_000_000;
            OptionalLong burst = bursts.burstBytes(now);
            long waited = (long) (waitAt.applyAsLong(burst.orElse(0))
                    * random.nextDouble(0.95, 1.05));
            bursts.waited(LENGTH, waited, now);
        }
    }
}

package dev.varve.tier.flash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.testkit.ManualClock;
import dev.varve.tier.DutyMeter;
import dev.varve.tier.DutyMeter.Duty;
import dev.varve.tier.DutyMeter.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A device that sleeps after 10 ms without anything to do.
final class DutyMeterTest {
    private final ManualClock clock = new ManualClock();
    private final DutyMeter meter = new DutyMeter(nanos(10), clock);

    @Test
    void aShortGapIsNoSleep() {
        operation(Kind.READ, 1);
        pass(10);
        operation(Kind.READ, 1);
        assertThat(meter.duty()).isEqualTo(Duty.NONE);
    }

    @Test
    void theRestOfALongGapIsSleepAndItsEndAWaking() {
        operation(Kind.OTHER, 1);
        pass(35);
        operation(Kind.OTHER, 5);
        assertThat(meter.duty()).isEqualTo(new Duty(nanos(25), 1, 0));
    }

    @Test
    void saysWhichWakingsAReadWaitedFor() {
        pass(20);
        operation(Kind.READ, 1);
        pass(20);
        operation(Kind.OTHER, 1);
        assertThat(meter.duty()).isEqualTo(new Duty(nanos(20), 2, 1));
    }

    @Test
    void thereIsNoGapWhileAnyOperationIsUnderWay() {
        meter.begin(Kind.READ);
        pass(5);
        meter.begin(Kind.OTHER);
        meter.end();
        pass(100);
        operation(Kind.READ, 1);
        pass(100);
        meter.end();
        assertThat(meter.duty()).isEqualTo(Duty.NONE);
    }

    @Test
    void theGapThatHasNotEndedCountsButIsNoWakingYet() {
        pass(50);
        assertThat(meter.duty()).isEqualTo(new Duty(nanos(40), 0, 0));
        pass(50);
        assertThat(meter.duty()).isEqualTo(new Duty(nanos(90), 0, 0));
    }

    @Test
    void aDeviceThatCannotSleepNeverDoes() {
        var awake = new DutyMeter(DutyMeter.NEVER, clock);
        clock.advance(Duration.ofDays(1000));
        awake.begin(Kind.READ);
        awake.end();
        assertThat(awake.duty()).isEqualTo(Duty.NONE);
    }

    private void operation(Kind kind, long millis) {
        meter.begin(kind);
        pass(millis);
        meter.end();
    }

    private void pass(long millis) {
        clock.advance(Duration.ofMillis(millis));
    }

    private static long nanos(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}

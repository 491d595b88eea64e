package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class YieldingWorkerTest {
    private static final Duration STEP = Duration.ofMillis(5);

    private final ManualClock clock = new ManualClock();
    private final AtomicLong clientWork = new AtomicLong();
    private Duration step = STEP;
    private int done = 1;
    private final YieldingWorker worker = new YieldingWorker(() -> {
        clock.advance(step);
        return done;
    }, clientWork::get, clock);

    @Test
    void goesOnAtOnceWhileNoClientIsAtWork() {
        assertThat(durationOfAStep()).isEqualTo(STEP);
        assertThat(durationOfAStep()).isEqualTo(STEP);
    }

    @Test
    void restsNineTimesAsLongAsItWorkedWhereClientsWereAtWorkMeanwhile() {
        clientWork.incrementAndGet();
        assertThat(durationOfAStep()).isEqualTo(STEP.multipliedBy(10));
        assertThat(durationOfAStep()).isEqualTo(STEP);
    }

    @Test
    void neverRestsForLongerThanAStopMayTake() {
        clientWork.incrementAndGet();
        step = Duration.ofSeconds(60);
        assertThat(durationOfAStep()).isEqualTo(step.plusMillis(500));
    }

    @Test
    void doesNotRestWhereThereWasNothingToDo() {
        clientWork.incrementAndGet();
        done = 0;
        assertThat(durationOfAStep()).isEqualTo(STEP);
    }

    private Duration durationOfAStep() {
        long start = clock.nanoTime();
        assertThat(worker.doWork()).isEqualTo(done);
        return Duration.ofNanos(clock.nanoTime() - start);
    }
}

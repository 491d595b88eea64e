package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ManualTasksTest {

    @Test
    void workersStepOnlyWhenTold() {
        var tasks = new ManualTasks();
        var work = new AtomicInteger(3);
        var task = tasks.repeat("a", Duration.ZERO,
                () -> work.get() > 0 ? work.getAndDecrement() : 0);
        assertThat(tasks.step("a")).isEqualTo(3);
        task.pause();
        assertThat(tasks.step("a")).isZero();
        task.resume();
        task.wake();
        assertThat(tasks.wakes("a")).isEqualTo(1);
        tasks.stepUntilIdle(10);
        assertThat(work).hasValue(0);
        task.close();
        assertThat(tasks.names()).isEmpty();
        assertThatThrownBy(() -> tasks.step("a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void endlessWorkIsFound() {
        var tasks = new ManualTasks();
        tasks.repeat("endless", Duration.ZERO, () -> 1);
        assertThatThrownBy(() -> tasks.stepUntilIdle(5)).isInstanceOf(AssertionError.class);
    }

    @Test
    void startedBodiesRunWhenToldOrAtClose() {
        var tasks = new ManualTasks();
        var count = new AtomicInteger();
        tasks.start("one", () -> tasks.start("two", count::incrementAndGet));
        assertThat(count).hasValue(0);
        assertThat(tasks.runStarted()).isEqualTo(2);
        tasks.start("three", count::incrementAndGet);
        tasks.close();
        assertThat(count).hasValue(2);
    }

    @Test
    void timeMovesOnlyByHand() {
        var clock = new ManualClock();
        long nanos = clock.nanoTime();
        long millis = clock.epochMillis();
        clock.advance(Duration.ofSeconds(2));
        assertThat(clock.nanoTime() - nanos).isEqualTo(2_000_000_000L);
        assertThat(clock.epochMillis() - millis).isEqualTo(2000);
        assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

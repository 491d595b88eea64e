package dev.varve.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class SystemTasksTest {
    private static final Duration FOREVER = Duration.ofDays(1);

    @Test
    void stepsWhileThereIsWorkAndThenPausesUntilWoken() throws Exception {
        var steps = new Semaphore(0);
        var left = new AtomicInteger(3);
        try (var tasks = new SystemTasks()) {
            var task = tasks.repeat("worker", FOREVER, () -> {
                steps.release();
                return left.getAndDecrement() > 0 ? 1 : 0;
            });
            steps.acquire(4);
            task.wake();
            steps.acquire();
        }
        assertThat(steps.availablePermits()).isZero();
    }

    @Test
    void goesOnAfterAFailedStep() throws Exception {
        var steps = new Semaphore(0);
        try (var tasks = new SystemTasks()) {
            tasks.repeat("fails", Duration.ofMillis(1), () -> {
                steps.release();
                throw new IllegalArgumentException("as the test wants");
            });
            steps.acquire(3);
        }
    }

    @Test
    void makesNoStepWhilePaused() throws Exception {
        var steps = new AtomicInteger();
        var first = new CountDownLatch(1);
        var again = new CountDownLatch(1);
        try (var tasks = new SystemTasks()) {
            var task = tasks.repeat("busy", FOREVER, () -> {
                first.countDown();
                steps.incrementAndGet();
                return 1;
            });
            first.await();
            task.pause();
            int before = steps.get();
            task.wake();
            Thread.onSpinWait();
            assertThat(steps).hasValue(before);
            task.resume();
            while (steps.get() == before) {
                Thread.onSpinWait();
            }
            again.countDown();
        }
        assertThat(again.getCount()).isZero();
    }

    @Test
    void aTaskCanCloseItself() throws Exception {
        var closed = new CountDownLatch(1);
        var self = new java.util.concurrent.CompletableFuture<Tasks.Task>();
        try (var tasks = new SystemTasks()) {
            self.complete(tasks.repeat("self", FOREVER, () -> {
                self.join().close();
                closed.countDown();
                return 1;
            }));
            closed.await();
        }
    }

    @Test
    void closeWaitsForStepsAndStartedBodies() throws Exception {
        var stepping = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var stepEnded = new AtomicBoolean();
        var bodyEnded = new AtomicBoolean();
        var tasks = new SystemTasks();
        tasks.repeat("slow", FOREVER, () -> {
            stepping.countDown();
            await(mayEnd);
            stepEnded.set(true);
            return 0;
        });
        tasks.start("body", () -> {
            await(mayEnd);
            bodyEnded.set(true);
        });
        stepping.await();
        Thread closer = Thread.ofPlatform().start(tasks::close);
        mayEnd.countDown();
        closer.join();
        assertThat(stepEnded).isTrue();
        assertThat(bodyEnded).isTrue();
        assertThatThrownBy(() -> tasks.start("late", () -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.policy.MovementBudget;
import dev.varve.testkit.ManualClock;
import dev.varve.tier.Pace;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class MovementControlTest {
    private final ManualClock clock = new ManualClock();
    private final AtomicLong clientWork = new AtomicLong();
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final MovementControl control = new MovementControl(
            MovementBudget.FLOOR, clientWork::get, clock);
    private final Pace pace = control.pace(wanted::get);

    @Test
    void movesNoFasterThanItMay() {
        long start = clock.nanoTime();
        for (int i = 0; i < 64; i++) {
            clientWork.incrementAndGet();
            pace.await(Pace.PIECE_BYTES);
        }
        double seconds = (clock.nanoTime() - start) / 1e9;
        assertThat(64.0 * Pace.PIECE_BYTES / seconds).isLessThan(1.1 * MovementBudget.FLOOR);
        assertThat(control.status().pacedBytes()).isEqualTo(64L * Pace.PIECE_BYTES);
        assertThat(control.status().waitedNanos()).isPositive();
    }

    @Test
    void letsPassAtOnceWhatSomebodyWaitsFor() {
        wanted.set(true);
        assertThat(durationOf(64)).isZero();
        assertThat(control.status().urgentBytes()).isEqualTo(64L * Pace.PIECE_BYTES);
    }

    @Test
    void letsEverythingPassAtTheEnd() {
        control.end();
        assertThat(durationOf(64)).isZero();
    }

    @Test
    void keepsNoPieceForLongerThanATierExpects() {
        long start = clock.nanoTime();
        for (int i = 0; i < 200; i++) {
            long before = clock.nanoTime();
            clientWork.incrementAndGet();
            pace.await(Pace.PIECE_BYTES * 8);
            assertThat(clock.nanoTime() - before)
                    .isLessThanOrEqualTo(Pace.LONGEST_WAIT.plusMillis(4).toNanos());
        }
        assertThat(clock.nanoTime()).isGreaterThan(start);
    }

    @Test
    void feelsForAProcessorOnlyWhileSomethingMoves() {
        assertThat(control.doWork()).isZero();
        pace.await(1);
        assertThat(control.doWork()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(control.doWork()).isZero();
    }

    private Duration durationOf(int pieces) {
        long start = clock.nanoTime();
        for (int i = 0; i < pieces; i++) {
            pace.await(Pace.PIECE_BYTES);
        }
        return Duration.ofNanos(clock.nanoTime() - start);
    }
}

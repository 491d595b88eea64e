package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WriteBudgetTest {
    private static final long DAY = Duration.ofDays(1).toNanos();
    private static final long BUDGET = 800_000;

    private record Write(long atNanos, long bytes) {}

    /// Ten days of bursts, pauses and restarts: whatever is written, no 24 hours see more than the
    /// budget, and not much less is granted to who always asks.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void isNeverExceededInAnyDay(long seed) {
        var random = new SplittableRandom(seed);
        var budget = new WriteBudget(BUDGET, true, 0);
        var lastDay = new ArrayDeque<Write>();
        long now = 0;
        long inLastDay = 0;
        long total = 0;
        while (now < 10 * DAY) {
            now += random.nextInt(50) == 0
                    ? random.nextLong(DAY)
                    : random.nextLong(Duration.ofMinutes(2).toNanos());
            if (random.nextInt(500) == 0) {
                budget = new WriteBudget(BUDGET, false, now);
            }
            while (!lastDay.isEmpty() && lastDay.getFirst().atNanos() <= now - DAY) {
                inLastDay -= lastDay.removeFirst().bytes();
            }
            for (int i = random.nextInt(20); i > 0; i--) {
                long bytes = 1 + random.nextLong(5000);
                if (budget.tryTake(bytes, now)) {
                    lastDay.addLast(new Write(now, bytes));
                    inLastDay += bytes;
                    total += bytes;
                }
            }
            assertThat(inLastDay).as("seed " + seed + ", at " + now).isLessThanOrEqualTo(BUDGET);
        }
        assertThat(total).isGreaterThan(BUDGET);
    }

    @Test
    void countsWhatItCannotRefuseAndGrantsNothingUntilThatIsPaidOff() {
        var budget = new WriteBudget(BUDGET, true, 0);
        budget.spent(BUDGET, 0);
        assertThat(budget.leftBytes(0)).isEqualTo(-BUDGET * 7 / 8);
        assertThat(budget.tryTake(1, DAY - 1)).isFalse();
        assertThat(budget.tryTake(1000, DAY + DAY / 100)).isTrue();
    }

    @Test
    void beginsWithNothingWhereTheDeviceMayHaveBeenWrittenBefore() {
        var budget = new WriteBudget(BUDGET, false, 5);
        assertThat(budget.tryTake(1, 5)).isFalse();
        assertThat(budget.leftBytes(5 + DAY / 7)).isBetween(BUDGET / 8 - 1, BUDGET / 8);
    }

    @Test
    void savesNoMoreThanAnEighth() {
        var budget = new WriteBudget(BUDGET, false, 0);
        assertThat(budget.leftBytes(5 * DAY)).isEqualTo(BUDGET / 8);
        budget.spent(-BUDGET, 5 * DAY);
        assertThat(budget.leftBytes(5 * DAY)).isEqualTo(BUDGET / 8);
    }

    @Test
    void refusesNothingWithoutALimit() {
        var budget = new WriteBudget(WriteBudget.UNLIMITED, false, 0);
        budget.spent(Long.MAX_VALUE, 0);
        assertThat(budget.tryTake(Long.MAX_VALUE, 0)).isTrue();
        assertThat(budget.leftBytes(0)).isEqualTo(WriteBudget.UNLIMITED);
    }

    @Test
    void rejectsABudgetBelowOneByte() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WriteBudget(0, true, 0));
    }
}

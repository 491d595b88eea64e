package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/// A device and clients in a model: what a client waits depends on how much moves beside it.
final class MovementBudgetTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int PIECE = 256 << 10;
    private static final long UNLIMITED = Long.MAX_VALUE;

    private final SplittableRandom random = new SplittableRandom(7);
    private MovementBudget budget = new MovementBudget(UNLIMITED, 0);
    private long now;
    private long moved;
    private long due;
    private boolean clients = true;

    @Test
    void growsUntilClientsWaitLongerAndStaysThere() {
        LongUnaryOperator suffersBeyond300 = rate -> rate > 300L << 20 ? 1_000_000 : 200_000;
        run(20, suffersBeyond300);
        moved = 0;
        run(60, suffersBeyond300);
        assertThat(moved / 60).isBetween(100L << 20, 320L << 20);
        assertThat(budget.slowdowns()).isPositive();
    }

    @Test
    void fallsToTheFloorAndNoFurtherWhereAnyMovementHurts() {
        run(20, rate -> rate > 0 ? 5_000_000 : 200_000);
        assertThat(budget.bytesPerSecond()).isEqualTo(MovementBudget.FLOOR);
        moved = 0;
        run(10, rate -> rate > 0 ? 5_000_000 : 200_000);
        assertThat(moved / 10).isBetween(MovementBudget.FLOOR * 3 / 4, MovementBudget.FLOOR);
    }

    /// Others keep the machine busy: everything is slower, with movement and without.
    @Test
    void isNotMisledByLoadThatIsNotItsOwn() {
        run(10, _ -> 200_000);
        long before = budget.bytesPerSecond();
        run(20, _ -> 3_000_000);
        assertThat(budget.bytesPerSecond()).isGreaterThan(before / 2);
    }

    @Test
    void doesNotGrowBeyondWhatIsUsed() {
        LongUnaryOperator fine = _ -> 200_000;
        budget = new MovementBudget(UNLIMITED, now);
        for (int i = 0; i < 200; i++) {
            budget.clientsAtWork(now);
            assertThat(wait(PIECE)).isZero();
            for (int ms = 0; ms < 100; ms++) {
                now += 1_000_000;
                budget.waited(MovementBudget.PROCESSOR, fine.applyAsLong(0), now);
            }
        }
        assertThat(budget.bytesPerSecond()).isEqualTo(32 << 20);
    }

    @Test
    void holdsNothingBackWithoutClients() {
        clients = false;
        for (int i = 0; i < 10_000; i++) {
            assertThat(budget.take(PIECE, now)).isZero();
        }
    }

    @Test
    void keepsBelowItsCeilingAlsoWithoutClients() {
        budget = new MovementBudget(20 << 20, 0);
        clients = false;
        run(10, _ -> 200_000);
        assertThat(moved / 10).isBetween(18L << 20, 21L << 20);
    }

    /// What cannot wait is beside clients all the same, and is paid for afterwards.
    @Test
    void countsWhatWasNotAskedFor() {
        for (int second = 0; second < 5; second++) {
            for (int ms = 0; ms < 1000; ms++) {
                now += 1_000_000;
                budget.clientsAtWork(now);
                budget.moved(PIECE, now);
                budget.waited(MovementBudget.PROCESSOR, 4_000_000, now);
            }
        }
        assertThat(budget.movingNanos(MovementBudget.PROCESSOR)).isGreaterThan(3_900_000);
    }

    @Test
    void comparesReadsOnlyWithThoseOfAboutTheSameLength() {
        assertThat(MovementBudget.readOf(1)).isEqualTo(MovementBudget.readOf(4096));
        assertThat(MovementBudget.readOf(60_000)).isEqualTo(MovementBudget.readOf(1 << 16));
        assertThat(MovementBudget.readOf(1 << 16)).isNotEqualTo(MovementBudget.readOf(1 << 17));
        assertThat(MovementBudget.readOf(Integer.MAX_VALUE)).isEqualTo(
                MovementBudget.readOf(64 << 20));
    }

    @Test
    void refusesACeilingBelowTheFloor() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MovementBudget(MovementBudget.FLOOR - 1, 0))
                .withMessageContaining("must be at least");
    }

    private long wait(int bytes) {
        long wait = budget.take(bytes, now);
        if (wait > 0) {
            now += wait;
            wait = budget.take(bytes, now);
        }
        return wait;
    }

    /// Moves as much as it may, one piece after the other, and has a client ask each millisecond.
    ///
    /// @param waitAt nanoseconds that a client waits while so many bytes a second move
    private void run(int seconds, LongUnaryOperator waitAt) {
        long end = now + seconds * SECOND;
        long lastMoved = now - SECOND;
        for (; now < end; now += 100_000) {
            if (now >= due) {
                long wait = budget.take(PIECE, now);
                due = now + wait;
                if (wait == 0) {
                    moved += PIECE;
                    lastMoved = now;
                }
            }
            if (now / 100_000 % 10 == 0) {
                long rate = now - lastMoved > 3_000_000 ? 0 : budget.bytesPerSecond();
                long waited = (long) (waitAt.applyAsLong(rate) * random.nextDouble(0.9, 1.1));
                if (clients) {
                    budget.clientsAtWork(now);
                }
                budget.waited(MovementBudget.PROCESSOR, waited, now);
            }
        }
    }
}

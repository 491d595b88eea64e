package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.varve.policy.FlashAdmission.Verdict;
import org.junit.jupiter.api.Test;

final class FlashAdmissionTest {
    private static final long WINDOW = 1000;
    private static final long FLASH = 10_000;
    private static final long SIZE = 10;
    private static final int REGULARS = 100;

    private final FlashAdmission admission = new FlashAdmission(WINDOW, FLASH);
    private long nextStranger = 1_000_000;

    @Test
    void takesEverythingWhileThereIsRoom() {
        assertThat(admission.decide(1, false, true)).isEqualTo(Verdict.ROOM);
    }

    @Test
    void refusesWhatItHasNeverHeardOf() {
        assertThat(admission.decide(1, false, false)).isEqualTo(Verdict.UNLIKELY);
    }

    @Test
    void takesWhatIsAskedForAgainAndAgainAndNotWhatNeverIs() {
        teach();
        assertThat(admission.chance(1)).isGreaterThan(2 * admission.chance(stranger()));
        assertThat(admission.decide(1, false, false)).isEqualTo(Verdict.LIKELY);
        assertThat(admission.decide(stranger(), true, false)).isEqualTo(Verdict.UNLIKELY);
        assertThat(admission.isWorthAnother(1)).isTrue();
        assertThat(admission.isWorthAnother(stranger())).isFalse();
    }

    @Test
    void letsWhatIsNotFarBelowTheBarWaitOnce() {
        teach();
        while (admission.bar() <= admission.chance(1)) {
            takeTooMuch();
        }
        assertThat(admission.decide(1, false, false)).isEqualTo(Verdict.WAIT);
        assertThat(admission.decide(1, true, false)).isEqualTo(Verdict.UNLIKELY);
    }

    @Test
    void raisesTheBarWhereFlashTakesTooMuchAndLowersItWhereItTakesLittle() {
        double before = admission.bar();
        takeTooMuch();
        double higher = admission.bar();
        assertThat(higher).isGreaterThan(before);
        admission.taken(WINDOW, false);
        assertThat(admission.bar()).isLessThan(higher);
    }

    @Test
    void learnsNothingFromWhatFlashTakesIntoItsRoom() {
        double before = admission.bar();
        admission.written(WINDOW);
        admission.taken(WINDOW, true);
        assertThat(admission.bar()).isEqualTo(before);
    }

    @Test
    void keepsTheBarBetweenWhatCanBeReachedAndNothing() {
        for (int i = 0; i < 1000; i++) {
            takeTooMuch();
        }
        assertThat(admission.bar()).isLessThan(1);
        for (int i = 0; i < 1000; i++) {
            admission.taken(WINDOW, false);
        }
        assertThat(admission.bar()).isPositive();
    }

    @Test
    void forgetsRatherThanGrowsWhereObjectsAreMany() {
        var large = new FlashAdmission(WINDOW, Long.MAX_VALUE / 16);
        for (int i = 1; i <= 3 * ReuseForecast.MAX_OBJECTS; i++) {
            large.touched(i, SIZE);
        }
        assertThat(large.chance(1)).isZero();
        assertThat(large.chance(3 * ReuseForecast.MAX_OBJECTS)).isPositive();
    }

    @Test
    void rejectsAWindowBelowOneByteAndNoFlash() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FlashAdmission(0, 16));
        assertThatIllegalArgumentException().isThrownBy(() -> new FlashAdmission(1, 0));
    }

    /// Objects 1 to 100 are asked for in turn, each time with a stranger behind it.
    private void teach() {
        for (int round = 0; round < 40; round++) {
            for (int i = 1; i <= REGULARS; i++) {
                admission.touched(i, SIZE);
                admission.touched(stranger(), SIZE);
            }
        }
    }

    private long stranger() {
        return ++nextStranger;
    }

    private void takeTooMuch() {
        admission.written(WINDOW);
        admission.taken(WINDOW, false);
    }
}

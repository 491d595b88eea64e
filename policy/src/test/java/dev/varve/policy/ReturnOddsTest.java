package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ReturnOddsTest {
    private static final long CAPACITY = 16_000;
    private static final int FIRST = 0;
    private static final int SECOND = 1;
    private static final int OTHER = 2;

    @Test
    void withoutExperienceWhatWasAskedForLastIsWorthMost() {
        var odds = odds(CAPACITY);
        for (int age = 1; age < ReturnOdds.AGES; age++) {
            assertThat(odds.value(FIRST, age)).isLessThan(odds.value(FIRST, age - 1));
        }
        assertThat(odds.value(FIRST, ReturnOdds.AGES - 1)).isZero();
        assertThat(odds.value(FIRST, 0)).isEqualTo(odds.value(SECOND, 0));
    }

    @Test
    void startsFromWhatIsBelievedOfAKind() {
        var odds = odds(CAPACITY);
        assertThat(odds.value(OTHER, 3)).isGreaterThan(odds.value(FIRST, 3));
    }

    @Test
    void learnsWhichCategoryReturns() {
        var odds = odds(CAPACITY);
        for (int age = 0; age < 8; age++) {
            odds.passed(FIRST, age, 50_000);
            odds.passed(SECOND, age, 30_000);
            odds.returned(SECOND, age, 20_000);
        }
        odds.learn();
        for (int age = 0; age < 8; age++) {
            assertThat(odds.value(SECOND, age)).isGreaterThan(10 * odds.value(FIRST, age));
        }
    }

    @Test
    void isNotSwayedByAFewBlocks() {
        var odds = odds(CAPACITY);
        double before = odds.value(FIRST, 4);
        odds.returned(FIRST, 4, CAPACITY / 4000);
        odds.learn();
        assertThat(odds.value(FIRST, 4)).isBetween(before, 1.2 * before);
    }

    @Test
    void valuesTheBestOfAllAgesAtWhichOneMayGiveUp() {
        var odds = odds(CAPACITY);
        var random = new SplittableRandom(7);
        for (int run = 0; run < 200; run++) {
            double spread = random.nextDouble(3);
            double[] hazard = random.doubles(ReturnOdds.AGES)
                    .map(chance -> .95 * Math.pow(chance, spread))
                    .toArray();
            var values = new double[ReturnOdds.AGES];
            odds.valueOf(hazard, values);
            for (int age = 0; age < ReturnOdds.AGES; age++) {
                assertThat(values[age]).isCloseTo(best(odds, hazard, age), withPercentage(1e-9));
            }
        }
    }

    private static double best(ReturnOdds odds, double[] hazard, int age) {
        double waiting = 1;
        double back = 0;
        double spent = 0;
        double best = 0;
        for (int until = age; until < ReturnOdds.AGES - 1; until++) {
            double bytes = odds.beginBytes(until + 1) - odds.beginBytes(until);
            spent += waiting * bytes * (1 - hazard[until] / 2);
            back += waiting * hazard[until];
            waiting *= 1 - hazard[until];
            best = Math.max(best, back / spent);
        }
        return best;
    }

    @Test
    void takesACategoryThatItHasNotSeenForOneOfItsKind() {
        var odds = odds(CAPACITY);
        for (int age = 0; age < 8; age++) {
            odds.passed(OTHER, age, 100_000);
            odds.passed(FIRST, age, 50_000);
            odds.returned(FIRST, age, 50_000);
        }
        odds.learn();
        assertThat(odds.value(SECOND, 2)).isGreaterThan(3 * odds.value(OTHER, 2));
    }

    /// What has waited for most of the pause is worth more than what only begins to.
    @Test
    void valuesABlockMoreTheNearerItsReturnIs() {
        var odds = odds(CAPACITY);
        for (int age = 0; age < 8; age++) {
            odds.passed(FIRST, age, 100_000);
        }
        odds.returned(FIRST, 8, 80_000);
        odds.passed(FIRST, 8, 20_000);
        odds.passed(FIRST, 9, 20_000);
        odds.learn();
        assertThat(odds.value(FIRST, 7)).isGreaterThan(2 * odds.value(FIRST, 0));
        assertThat(odds.value(FIRST, 9)).isLessThan(odds.value(FIRST, 0));
    }

    @Test
    void believesWhatWasSeenInACacheOfAnotherSize() {
        var experienced = odds(CAPACITY);
        experienced.passed(FIRST, 0, 100 * CAPACITY);
        experienced.returned(SECOND, 3, 10 * CAPACITY);
        experienced.learn();
        var odds = odds(16 * CAPACITY);
        odds.learnFrom(experienced);
        experienced.learn(); // as often as the other
        for (int age = 0; age < ReturnOdds.AGES; age++) {
            assertThat(16 * odds.value(FIRST, age))
                    .isCloseTo(experienced.value(FIRST, age), withPercentage(1));
            assertThat(odds.chance(SECOND, age))
                    .isCloseTo(experienced.chance(SECOND, age), withPercentage(1));
        }
    }

    @Test
    void forgetsWhatWasLongAgo() {
        var odds = odds(CAPACITY);
        odds.passed(FIRST, 0, 100 * CAPACITY);
        odds.learn();
        double unloved = odds.value(FIRST, 0);
        for (int lesson = 0; lesson < 16 * 64 * 10; lesson++) {
            odds.learn();
        }
        assertThat(odds.value(FIRST, 0)).isGreaterThan(1.5 * unloved);
    }

    @Test
    void hasAValueForEveryAgeOfTheSmallestCacheAndTheLargest() {
        for (long capacityBytes : new long[]{1, Long.MAX_VALUE}) {
            var odds = odds(capacityBytes);
            odds.passed(FIRST, 0, Long.MAX_VALUE);
            odds.returned(FIRST, 1, 0);
            odds.learn();
            for (int age = 0; age < ReturnOdds.AGES; age++) {
                assertThat(odds.value(FIRST, age)).isFinite().isNotNegative();
            }
        }
    }

    private static ReturnOdds odds(long capacityBytes) {
        return new ReturnOdds(capacityBytes, new int[]{0, 0, 1}, new double[]{1, 2});
    }
}

package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankingTest {
    private static final int PLACES = 100;

    @Test
    void namesNoneWhereNothingIsOccupied() {
        var ranking = new Ranking(3);
        assertThat(ranking.least()).isEqualTo(Ranking.NONE);
        ranking.occupy(1);
        ranking.vacate(1);
        assertThat(ranking.least()).isEqualTo(Ranking.NONE);
    }

    @Test
    void namesTheLeastAndAllThatAreWorthAsMuch() {
        var ranking = new Ranking(4);
        ranking.order(place -> List.of(.5, .1, .5, .1).get(place));
        ranking.occupy(0);
        ranking.occupy(2);
        assertThat(ranking.least()).isZero();
        assertThat(ranking.nextEqual(0)).isEqualTo(2);
        assertThat(ranking.nextEqual(2)).isEqualTo(Ranking.NONE);
        ranking.occupy(3);
        assertThat(ranking.least()).isEqualTo(3);
        assertThat(ranking.nextEqual(3)).isEqualTo(Ranking.NONE);
    }

    @Test
    void answersAsLookingAtAllPlacesDoes() {
        var random = new SplittableRandom(1);
        var ranking = new Ranking(PLACES);
        var worths = new double[PLACES];
        var occupied = new boolean[PLACES];
        for (int step = 0; step < 5000; step++) {
            int place = random.nextInt(PLACES);
            if (random.nextInt(20) == 0) {
                for (int i = 0; i < 10; i++) {
                    worths[random.nextInt(PLACES)] = random.nextInt(30);
                }
                ranking.order(each -> worths[each]);
            } else if (random.nextInt(3) == 0) {
                occupied[place] = true;
                ranking.occupy(place);
            } else {
                occupied[place] = false;
                ranking.vacate(place);
            }
            double least = IntStream.range(0, PLACES)
                    .filter(each -> occupied[each])
                    .mapToDouble(each -> worths[each])
                    .min()
                    .orElse(-1);
            var answers = new ArrayList<Integer>();
            for (int each = ranking.least(); each != Ranking.NONE;) {
                answers.add(each);
                each = ranking.nextEqual(each);
            }
            assertThat(answers).containsExactlyElementsOf(IntStream.range(0, PLACES)
                    .filter(each -> occupied[each] && worths[each] == least)
                    .boxed()
                    .toList());
        }
    }
}

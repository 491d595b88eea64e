package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LogisticReturnsTest {
    private static final int OLDEST = TouchHistory.AGES - 1;

    @Test
    void believesAtFirstThatWhatCameBackDoesSoAgain() {
        var returns = new LogisticReturns();
        long fresh = history();
        for (int gap = 0; gap < OLDEST; gap++) {
            double before = 1;
            for (int age = 0; age < OLDEST; age++) {
                double chance = returns.chance(history(gap), age);
                assertThat(chance).isLessThan(before).isGreaterThan(returns.chance(fresh, age));
                before = chance;
            }
        }
    }

    @Test
    void comesToBelieveWhatItSees() {
        var random = new SplittableRandom(1);
        var returns = new LogisticReturns();
        for (int lesson = 0; lesson < 30_000; lesson++) {
            boolean isBack = random.nextBoolean();
            double chance = isBack ? .7 : .1;
            returns.learn(isBack ? history(5, 5) : history(), 3,
                    random.nextDouble() < chance ? 1 : 0);
        }
        assertThat(returns.chance(history(5, 5), 3)).isCloseTo(.7, within(.05));
        assertThat(returns.chance(history(), 3)).isCloseTo(.1, within(.05));
    }

    @Test
    void believesWhatAnotherHasSeen() {
        var experienced = new LogisticReturns();
        for (int lesson = 0; lesson < 1000; lesson++) {
            experienced.learn(history(5, 5), 3, 1);
        }
        var returns = new LogisticReturns();
        returns.learnFrom(experienced);
        assertThat(returns.chance(history(5, 5), 3)).isGreaterThan(.9)
                .isEqualTo(experienced.chance(history(5, 5), 3));
        returns.learn(history(5, 5), 3, 0);
        assertThat(returns.chance(history(5, 5), 3))
                .isLessThan(experienced.chance(history(5, 5), 3));
    }

    /// What comes round in one loop or another: sooner, the nearer its age is to its last gap.
    @Test
    void seesThatLoopsComeRound() {
        var random = new SplittableRandom(1);
        var returns = new LogisticReturns();
        for (int lesson = 0; lesson < 100_000; lesson++) {
            int gap = random.nextInt(6, 14);
            int age = random.nextInt(gap + 1);
            returns.learn(history(gap, gap), age, Math.pow(2, age - gap));
        }
        for (int gap = 8; gap < 12; gap++) {
            long history = history(gap, gap);
            assertThat(returns.chance(history, gap)).isGreaterThan(.8)
                    .isGreaterThan(returns.chance(history, gap - 2));
            assertThat(returns.chance(history, gap - 4)).isLessThan(.2);
        }
    }

    @Test
    void countsWhatComesBackTheLessTheLaterItDoes() {
        assertThat(LogisticReturns.faded(0)).isCloseTo(1, within(.01));
        assertThat(LogisticReturns.faded(TouchHistory.TICKS)).isCloseTo(1 / Math.E, within(.01));
        assertThat(LogisticReturns.faded(Integer.MAX_VALUE)).isCloseTo(0, within(.01));
        assertThat(LogisticReturns.faded(-1)).isCloseTo(0, within(.01));
    }

    /// Against the same sum of weights in a map, by name, with exact functions.
    @Test
    void agreesWithASlowRegression() {
        var random = new SplittableRandom(1);
        var returns = new LogisticReturns();
        var slow = new SlowRegression();
        for (int lesson = 0; lesson < 20_000; lesson++) {
            long history = history();
            for (int i = random.nextInt(5); i > 0; i--) {
                history = TouchHistory.cameBack(history, 0, random.nextInt(6), 1);
            }
            int age = random.nextInt(6);
            double chance = returns.chance(history, age);
            assertThat(chance).isCloseTo(slow.chance(history, age), within(.02));
            assertThat(returns.logChance(history, age)).isCloseTo(Math.log(chance), within(.001));
            double outcome = random.nextDouble() < 1.0 / (2 + age) ? 1 : 0;
            returns.learn(history, age, outcome);
            slow.learn(history, age, outcome);
        }
    }

    private static final class SlowRegression {
        private final Map<List<Object>, Double> weights = new HashMap<>();
        private final Map<List<Object>, Double> squares = new HashMap<>();

        double chance(long history, int age) {
            double logit = features(history, age).stream().mapToDouble(this::weight).sum();
            return 1 / (1 + Math.exp(-logit));
        }

        void learn(long history, int age, double outcome) {
            double gradient = chance(history, age) - outcome;
            for (var feature : features(history, age)) {
                double weight = weight(feature);
                double sum = squares.merge(feature, gradient * gradient, Double::sum);
                weights.put(feature, weight - .5 * gradient / Math.sqrt(1 + sum));
            }
        }

        private double weight(List<Object> feature) {
            return weights.computeIfAbsent(feature, _ -> {
                int age = (int) feature.get(1);
                return switch ((String) feature.getFirst()) {
                    case "gap" -> (int) feature.get(2) == 0 ? -1 : .5 - .075 * age;
                    default -> 0.0;
                };
            });
        }

        private static List<List<Object>> features(long history, int age) {
            return List.of(List.of("gap", age, TouchHistory.gap(history)),
                    List.of("before", age, TouchHistory.gapBefore(history)),
                    List.of("touches", age, TouchHistory.touches(history)));
        }
    }

    /// Of a block that came back at some ages.
    private static long history(int... ages) {
        long history = TouchHistory.begun(0, 1);
        for (int age : ages) {
            history = TouchHistory.cameBack(history, 0, age, 1);
        }
        return history;
    }
}

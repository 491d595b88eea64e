package dev.varve.policy;

import java.util.Arrays;

/// How likely blocks come back soon, by logistic regression, learnt while traffic goes by.
///
/// *Soon* is a matter of degree: what comes back after a time t counts e^(-t/C), where C is the
/// time in which as much as the capacity is asked for, and what never comes back counts nothing.
/// The *chance* of a block is the mean of that over all that look like it, 0 to 1.
///
/// What a block looks like are its [TouchHistory] and its age. The logit of the chance is a sum of
/// three weights, one from each of three tables: by age and last gap, by age and the gap before
/// that, and by age and number of touches. With age and gap crossed, it can say of a block of a
/// loop that the longer it has waited, the sooner it comes; a sum of both could not.
///
/// A lesson moves the three weights against the gradient of the log loss, each in steps that shrink
/// with what it has seen (Duchi, Hazan, Singer: "Adaptive subgradient methods for online learning
/// and stochastic optimization", JMLR 12, 2011). The first belief, which traffic soon outweighs, is
/// that what came back is likelier to do so again than what is new, and the less so the longer it
/// has waited.
///
/// Confined.
final class LogisticReturns {
    private static final double LEARNING_RATE = 0.5;
    private static final double NEW_LOGIT = -1;
    private static final double BACK_LOGIT = 0.5;
    private static final double BACK_LOGIT_BY_AGE = -0.075;

    // Three tables in one array.
    private static final int GAPS = 1 << TouchHistory.GAP_BITS;
    private static final int TOUCHES = 1 << TouchHistory.TOUCH_BITS;
    private static final int BY_GAP = 0;
    private static final int BY_GAP_BEFORE = BY_GAP + TouchHistory.AGES * GAPS;
    private static final int BY_TOUCHES = BY_GAP_BEFORE + TouchHistory.AGES * GAPS;
    private static final int WEIGHTS = BY_TOUCHES + TouchHistory.AGES * TOUCHES;

    // Functions as tables: of logits in steps of 1/64 from -16, of ages in steps of 1/64 capacity.
    private static final int STEPS = 64;
    private static final int MAX_LOGIT = 16;
    private static final float[] CHANCES = new float[2 * MAX_LOGIT * STEPS];
    private static final float[] LOG_CHANCES = new float[CHANCES.length];
    private static final int STEP_BITS = Integer.numberOfTrailingZeros(TouchHistory.TICKS / STEPS);
    private static final float[] FADED = new float[16 * STEPS];

    static {
        for (int i = 0; i < CHANCES.length; i++) {
            double logit = (i + 0.5) / STEPS - MAX_LOGIT;
            CHANCES[i] = (float) (1 / (1 + StrictMath.exp(-logit)));
            LOG_CHANCES[i] = (float) -StrictMath.log1p(StrictMath.exp(-logit));
        }
        for (int i = 0; i < FADED.length; i++) {
            FADED[i] = (float) StrictMath.exp(-(i + 0.5) / STEPS);
        }
    }

    private final float[] weights = new float[WEIGHTS];
    private final float[] squares = new float[WEIGHTS];

    LogisticReturns() {
        Arrays.fill(squares, 1);
        for (int age = 0; age < TouchHistory.AGES; age++) {
            int row = BY_GAP + age * GAPS;
            Arrays.fill(weights, row, row + GAPS,
                    (float) (BACK_LOGIT + BACK_LOGIT_BY_AGE * age));
            weights[row + TouchHistory.NO_GAP] = (float) NEW_LOGIT;
        }
    }

    /// Believes from now on what another does: ages are parts of the capacity, so that lessons hold
    /// for caches of any size.
    void learnFrom(LogisticReturns other) {
        System.arraycopy(other.weights, 0, weights, 0, WEIGHTS);
        System.arraycopy(other.squares, 0, squares, 0, WEIGHTS);
    }

    /// The chance that a block with such a history comes back soon, 0 to 1.
    double chance(long history, int age) {
        return CHANCES[step(logit(history, age))];
    }

    /// The natural logarithm of that.
    double logChance(long history, int age) {
        return LOG_CHANCES[step(logit(history, age))];
    }

    /// What a block counts that comes back after a time. A negative one stands for a very long one.
    static double faded(int ticks) {
        return FADED[Math.min(FADED.length - 1, ticks >>> STEP_BITS)];
    }

    /// Learns what came of a block with such a history.
    ///
    /// @param outcome what it counted, 0 to 1
    void learn(long history, int age, double outcome) {
        double gradient = chance(history, age) - outcome;
        learn(byGap(history, age), gradient);
        learn(byGapBefore(history, age), gradient);
        learn(byTouches(history, age), gradient);
    }

    private void learn(int weight, double gradient) {
        float sum = (float) (squares[weight] + gradient * gradient);
        squares[weight] = sum;
        weights[weight] -= (float) (LEARNING_RATE * gradient / Math.sqrt(sum));
    }

    private float logit(long history, int age) {
        return weights[byGap(history, age)] + weights[byGapBefore(history, age)]
                + weights[byTouches(history, age)];
    }

    private static int step(float logit) {
        return Math.clamp((int) ((logit + MAX_LOGIT) * STEPS), 0, CHANCES.length - 1);
    }

    private static int byGap(long history, int age) {
        return BY_GAP + age * GAPS + TouchHistory.gap(history);
    }

    private static int byGapBefore(long history, int age) {
        return BY_GAP_BEFORE + age * GAPS + TouchHistory.gapBefore(history);
    }

    private static int byTouches(long history, int age) {
        return BY_TOUCHES + age * TOUCHES + TouchHistory.touches(history);
    }
}

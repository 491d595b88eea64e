package dev.varve.policy;

import java.util.Arrays;

/// How much a byte of cache is worth to a block, learnt from what came back and what did not.
///
/// Blocks are told apart by *category* and *age*. Of each category and age it counts the bytes that
/// reached the age and those that came back at it, which gives the hazard: the chance to come back
/// at this age, having not done so before. It counts evicted blocks too, as long as they are
/// remembered, so that what is evicted early is not taken for what never returns.
///
/// The value is the hit density of LHD (Beckmann, Chen, Cidon: "LHD: Improving cache hit rate by
/// maximizing hit density", NSDI 2018), of a block that may be dropped at any later age: the
/// largest, over all ages at which one might give up, of the chance to come back by then over the
/// bytes × time that are spent on waiting (an index in the sense of Gittins, 1979).
///
/// What a category shows is believed as far as it has been seen: hazards are drawn towards those of
/// its *kind*, those of a kind towards those of all blocks, and these towards a first belief under
/// which what was asked for last is worth most, so that without experience it decides as LRU. A
/// first belief weighs as much as a sixteenth of the capacity, seen. Experience fades slowly: after
/// 64 capacities it has lost 1 - 1/e of its weight.
///
/// Time and age are bytes asked for, so that a replay at any speed decides alike. Ages are
/// geometric steps of √2, from a sixteenth of the capacity to eight times as much.
///
/// Confined.
final class ReturnOdds {
    /// Number of ages; whatever has the last one is past any that is told apart, and worth nothing.
    static final int AGES = 16;

    /// The chance to come back at any one age that is believed at first. It is the same for all:
    /// steps are geometric, so chances per byte fall as the age rises. But the first age is longer
    /// than the second.
    private static final double FIRST_HAZARD = 0.1;
    private static final double FIRST_HAZARD_OF_YOUNGEST = 0.3;
    private static final double MAX_HAZARD = 0.95;
    private static final double FIRST_STEP = 1.0 / 16;
    /// How far [#chance] looks ahead, in capacities.
    private static final double HORIZON = 1.25;
    /// What is left of experience from one learning to the next, sixteen times a capacity.
    private static final double KEPT = 1 - 1.0 / (16 * 64);

    private final int[] kinds;
    private final double[] kindBeliefs;
    private double beliefBytes;
    /// Where an age begins, in bytes.
    private final double[] begins = new double[AGES];

    /// Rows of ages, one a category.
    private final double[][] reached;
    private final double[][] returned;
    private final double[][] values;
    private final double[][] chances;

    private final double[] hazards = new double[AGES];
    private final double[] allHazards = new double[AGES];
    private final double[][] kindHazards;
    private final double[][] kindReached;
    private final double[][] kindReturned;

    /// Of the span of ages that it pays to wait through from each age on: what is spent on it, the
    /// part that has not come back by its end, and the first age after it.
    private final double[] spanSpent = new double[AGES];
    private final double[] spanWaiting = new double[AGES];
    private final int[] spanEnd = new int[AGES];

    /// @param capacityBytes of the cache, at least 1
    /// @param kinds         the kind of each category, from 0
    /// @param kindBeliefs   how much likelier than others the blocks of each kind are thought to
    ///        come back before any has been seen
    ReturnOdds(long capacityBytes, int[] kinds, double[] kindBeliefs) {
        this.kinds = kinds.clone();
        this.kindBeliefs = kindBeliefs.clone();
        resize(capacityBytes);
        reached = new double[kinds.length][AGES];
        returned = new double[kinds.length][AGES];
        values = new double[kinds.length][AGES];
        chances = new double[kinds.length][AGES];
        kindHazards = new double[kindBeliefs.length][AGES];
        kindReached = new double[kindBeliefs.length][AGES];
        kindReturned = new double[kindBeliefs.length][AGES];
        learn();
    }

    /// The cache has another capacity from now on. What was counted stands for the same ages, which
    /// is wrong by as much as the capacity has changed, and fades.
    void resize(long capacityBytes) {
        beliefBytes = capacityBytes * FIRST_STEP;
        for (int age = 1; age < AGES; age++) {
            begins[age] = beliefBytes * Math.pow(2, (age - 1) / 2.0);
        }
    }

    /// Takes over what was counted in a cache of another capacity: ages are parts of it, and so are
    /// the bytes that were asked for meanwhile.
    void learnFrom(ReturnOdds other) {
        double ratio = beliefBytes / other.beliefBytes;
        for (int category = 0; category < kinds.length; category++) {
            for (int age = 0; age < AGES; age++) {
                reached[category][age] = other.reached[category][age] * ratio;
                returned[category][age] = other.returned[category][age] * ratio;
            }
        }
        learn();
    }

    /// From how many bytes on a block has an age.
    double beginBytes(int age) {
        return begins[age];
    }

    /// Blocks have grown older without coming back.
    ///
    /// @param age the age that they had
    void passed(int category, int age, long bytes) {
        reached[category][age] += bytes;
    }

    /// Blocks came back.
    ///
    /// @param age the age that they had
    void returned(int category, int age, long bytes) {
        reached[category][age] += bytes;
        returned[category][age] += bytes;
    }

    /// Chance of a hit for each byte kept for a byte of time.
    double value(int category, int age) {
        return values[category][age];
    }

    /// The chance to come back before 1.25 capacities have been asked for, 0 to 1.
    double chance(int category, int age) {
        return chances[category][age];
    }

    /// Reckons the values anew from all that was counted: to be called each time that a sixteenth
    /// of the capacity has been asked for.
    void learn() {
        sumKinds();
        learnAll();
        for (int kind = 0; kind < kindBeliefs.length; kind++) {
            believe(kindReached[kind], kindReturned[kind], allHazards, kindBeliefs[kind],
                    kindHazards[kind]);
        }
        for (int category = 0; category < kinds.length; category++) {
            believe(reached[category], returned[category], kindHazards[kinds[category]], 1,
                    hazards);
            valueOf(hazards, values[category]);
            chanceOf(hazards, chances[category]);
            fade(reached[category]);
            fade(returned[category]);
        }
    }

    private void sumKinds() {
        for (int kind = 0; kind < kindBeliefs.length; kind++) {
            Arrays.fill(kindReached[kind], 0);
            Arrays.fill(kindReturned[kind], 0);
        }
        for (int category = 0; category < kinds.length; category++) {
            for (int age = 0; age < AGES; age++) {
                kindReached[kinds[category]][age] += reached[category][age];
                kindReturned[kinds[category]][age] += returned[category][age];
            }
        }
    }

    private void learnAll() {
        for (int age = 0; age < AGES; age++) {
            double allReached = 0;
            double allReturned = 0;
            for (int kind = 0; kind < kindBeliefs.length; kind++) {
                allReached += kindReached[kind][age];
                allReturned += kindReturned[kind][age];
            }
            double first = age == 0 ? FIRST_HAZARD_OF_YOUNGEST : FIRST_HAZARD;
            allHazards[age] = (allReturned + beliefBytes * first)
                    / (allReached + beliefBytes);
        }
    }

    /// Hazards as seen, where enough was seen; else those expected, times the factor by which all
    /// that was seen departs from what was expected.
    ///
    /// @param belief the factor that is believed at first
    private void believe(
            double[] seenReached,
            double[] seenReturned,
            double[] expected,
            double belief,
            double[] believed) {
        double sumReturned = beliefBytes * belief;
        double sumExpected = beliefBytes;
        for (int age = 0; age < AGES; age++) {
            sumReturned += seenReturned[age];
            sumExpected += seenReached[age] * expected[age];
        }
        double factor = sumReturned / sumExpected;
        for (int age = 0; age < AGES; age++) {
            double likely = Math.min(MAX_HAZARD, factor * expected[age]);
            believed[age] = Math.min(MAX_HAZARD, (seenReturned[age] + beliefBytes * likely)
                    / (seenReached[age] + beliefBytes));
        }
    }

    /// The values of a category. From the last age to the first: what lies ahead is waited for as
    /// well, as long as that is worth more than what came before it. What is waited for together is
    /// one span from then on.
    ///
    /// @param hazard of each age
    /// @param value  takes the answer
    void valueOf(double[] hazard, double[] value) {
        value[AGES - 1] = 0;
        for (int age = AGES - 2; age >= 0; age--) {
            // Those that come back do so half way, on average.
            double spent = (begins[age + 1] - begins[age]) * (1 - hazard[age] / 2);
            double back = hazard[age];
            double waiting = 1 - hazard[age];
            int end = age + 1;
            while (value[end] * spent > back) {
                spent += waiting * spanSpent[end];
                back += waiting * spanSpent[end] * value[end];
                waiting *= spanWaiting[end];
                end = spanEnd[end];
            }
            spanSpent[age] = spent;
            spanWaiting[age] = waiting;
            spanEnd[age] = end;
            value[age] = back / spent;
        }
    }

    private void chanceOf(double[] hazard, double[] chance) {
        double horizon = HORIZON * beliefBytes / FIRST_STEP;
        for (int age = 0; age < AGES; age++) {
            double waiting = 1;
            for (int at = age; at < AGES - 1 && begins[at] - begins[age] < horizon; at++) {
                waiting *= 1 - hazard[at];
            }
            chance[age] = 1 - waiting;
        }
    }

    private static void fade(double[] counts) {
        for (int age = 0; age < AGES; age++) {
            counts[age] *= KEPT;
        }
    }
}

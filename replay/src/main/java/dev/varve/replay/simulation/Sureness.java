package dev.varve.replay.simulation;

import dev.varve.replay.simulation.HierarchyOutcome.Minute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.IntToDoubleFunction;

/// How sure a plan is, by two questions to the recording: what if its minutes had come otherwise
/// (bootstrap of blocks of [#BLOCK_MINUTES] minutes: Künsch, Annals of Statistics 17, 1989), and do
/// its halves agree.
///
/// It knows nothing of what the recording does not have, a weekend for instance, nor of figures of
/// media that are wrong.
///
/// @param hitRatio        of each on the front, between which it is in 90 of 100 resamples
/// @param secondsPerBlock the same
/// @param chosen          in which share of resamples each would be recommended
/// @param halves          hit ratio of each in the first and in the second half
///
/// Immutable.
record Sureness(
        List<Range> hitRatio,
        List<Range> secondsPerBlock,
        List<Double> chosen,
        List<Range> halves) {
    static final int BLOCK_MINUTES = 5;
    private static final int RESAMPLES = 1000;
    private static final double TAIL = 0.05;

    /// From and to; of halves, the first and the second.
    record Range(double from, double to) {}

    /// @param choose names the one to be recommended, by the front and the mean time to a block of
    ///               each
    static Sureness of(
            List<PlanCandidate> front,
            long seed,
            BiFunction<List<PlanCandidate>, double[], OptionalInt> choose) {
        var random = new SplittableRandom(seed);
        int minutes = front.stream()
                .mapToInt(one -> one.outcome().minutes().size())
                .max()
                .orElse(0);
        double[][] hits = new double[front.size()][RESAMPLES];
        double[][] seconds = new double[front.size()][RESAMPLES];
        double[] chosen = new double[front.size()];
        for (int i = 0; i < RESAMPLES; i++) {
            // The same minutes for all, so that they are compared on the same traffic.
            int[] drawn = draw(random, minutes);
            double[] present = new double[front.size()];
            for (int one = 0; one < front.size(); one++) {
                var resample = sum(front.get(one).outcome().minutes(), drawn);
                hits[one][i] = ratio((double) resample.hits(), (double) resample.blocks());
                seconds[one][i] = ratio(resample.seconds(), (double) resample.blocks());
                present[one] = seconds[one][i];
            }
            choose.apply(front, present).ifPresent(index -> chosen[index] += 1.0 / RESAMPLES);
        }
        return new Sureness(ranges(hits), ranges(seconds), Arrays.stream(chosen).boxed().toList(),
                front.stream().map(one -> halves(one.outcome().minutes())).toList());
    }

    private static int[] draw(SplittableRandom random, int minutes) {
        int[] drawn = new int[minutes];
        int block = Math.min(BLOCK_MINUTES, Math.max(1, minutes));
        for (int at = 0; at < minutes; at += block) {
            int start = random.nextInt(minutes - block + 1);
            for (int i = 0; i < block && at + i < minutes; i++) {
                drawn[at + i] = start + i;
            }
        }
        return drawn;
    }

    private static Minute sum(List<Minute> minutes, int[] drawn) {
        long blocks = 0;
        long hits = 0;
        double seconds = 0;
        for (int index : drawn) {
            if (index < minutes.size()) {
                var minute = minutes.get(index);
                blocks += minute.blocks();
                hits += minute.hits();
                seconds += minute.seconds();
            }
        }
        return new Minute(blocks, hits, seconds);
    }

    private static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    private static List<Range> ranges(double[][] samples) {
        var ranges = new ArrayList<Range>();
        for (double[] row : samples) {
            Arrays.sort(row);
            ranges.add(new Range(row[(int) (TAIL * row.length)],
                    row[(int) ((1 - TAIL) * row.length)]));
        }
        return ranges;
    }

    private static Range halves(List<Minute> minutes) {
        int middle = minutes.size() / 2;
        IntToDoubleFunction ratio = half -> {
            var part = half == 0
                    ? minutes.subList(0, middle)
                    : minutes.subList(middle, minutes.size());
            long hits = part.stream().mapToLong(Minute::hits).sum();
            long blocks = part.stream().mapToLong(Minute::blocks).sum();
            return ratio((double) hits, (double) blocks);
        };
        return new Range(ratio.applyAsDouble(0), ratio.applyAsDouble(1));
    }
}

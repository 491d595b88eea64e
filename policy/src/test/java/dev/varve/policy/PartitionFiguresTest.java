package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.policy.AutoPolicy.Tuning;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What memory makes of buckets with a policy each and of the same buckets in one policy, and what
/// the best fixed division would have made, chosen in eighths afterwards. The figures are in
/// `docs/placement.md`; each test prints its own.
final class PartitionFiguresTest {
    private static final int MEMORY = 1000;
    private static final int REFERENCES = 100_000;
    private static final int EIGHTHS = 8;

    /// References of one bucket, as numbers of blocks from 0.
    private interface Stream {
        long next(SplittableRandom random);
    }

    @Test
    void aLoopBesideASkewedStream() {
        var outcome = outcome("loop of 1500, skewed", 0.5, loop(1500), zipf(0.9, 1));
        assertThat(outcome.each()).isGreaterThan(outcome.one() - .01);
        assertThat(outcome.each()).isGreaterThan(outcome.divided() - .025);
    }

    @Test
    void aLoopThatFitsBesideAFlatStream() {
        var outcome = outcome("loop of 750, flatter", 0.5, loop(750), zipf(0.7, 1));
        assertThat(outcome.each()).isGreaterThan(outcome.one() - .01);
        assertThat(outcome.each()).isGreaterThan(outcome.divided() - .02);
    }

    @Test
    void aScanBesideASkewedStream() {
        var outcome = outcome("scan, skewed", 0.5, loop(Integer.MAX_VALUE), zipf(0.9, 1));
        assertThat(outcome.each()).isGreaterThan(outcome.one());
        assertThat(outcome.each()).isGreaterThan(outcome.divided() - .01);
    }

    @Test
    void shuffledEpochsBesideASkewedStream() {
        var outcome = outcome("epochs of 2500, skewed", 0.5, epochs(2500, 3), zipf(0.9, 1));
        assertThat(outcome.each()).isGreaterThan(outcome.one() - .01);
        assertThat(outcome.each()).isGreaterThan(outcome.divided() - .02);
    }

    @Test
    void bucketsThatAreAlike() {
        var outcome = outcome("alike", 0.5, zipf(0.9, 1), zipf(0.9, 2));
        assertThat(outcome.each()).isGreaterThan(outcome.one() - .005);
    }

    @Test
    void bucketsThatAreAlikeButForTheirLoad() {
        var outcome = outcome("alike, 9 to 1", 0.9, zipf(0.9, 1), zipf(0.9, 2));
        assertThat(outcome.each()).isGreaterThan(outcome.one() - .005);
    }

    @Test
    void aBucketAlone() {
        var references = references(REFERENCES, 1, zipf(0.9, 1), loop(1));
        assertThat(run(new Partition(PartitionFiguresTest::auto, MEMORY), references))
                .isEqualTo(run(auto(MEMORY), references));
    }

    @Test
    void bucketsThatChangeRoles() {
        var skewed = zipf(0.9, 1);
        var epochs = epochs(2500, 3);
        var first = references(REFERENCES / 2, 0.8, skewed, epochs);
        var second = references(REFERENCES / 2, 0.2, epochs, skewed);
        var outcome = outcome("roles change", LongStream.concat(
                Arrays.stream(first), Arrays.stream(second)).toArray());
        assertThat(outcome.each()).isGreaterThan(outcome.one() - .01);
        assertThat(outcome.each()).isGreaterThan(outcome.divided());
    }

    /// A real hour of conversations, in memory for a tenth of its blocks, while a data loader reads
    /// as many blocks of a set that is three times as large as memory.
    @Test
    void conversationsBesideShuffledEpochs() throws IOException {
        int memory = TraceHitRatioTest.DISTINCT_BLOCKS / 10;
        var requests = TraceHitRatioTest.requests();
        double one = conversations(auto(memory), memory, requests);
        double each = conversations(
                new Partition(PartitionFiguresTest::auto, memory), memory, requests);
        System.out.printf("conversations, epochs of 60000: one %.4f, each %.4f%n", one, each);
        assertThat(each).isGreaterThan(one + .02);
    }

    private static double conversations(EvictionPolicy policy, int memory, List<long[]> requests) {
        var cache = new PolicyCache(policy, memory);
        var random = new SplittableRandom(1);
        var epochs = epochs(60_000, 5);
        long hits = 0;
        long references = 0;
        for (long[] request : requests) {
            long predecessor = EvictionPolicy.NONE;
            for (long block : request) {
                long id = id(1, block);
                hits += cache.reference(id, 1, predecessor) ? 1 : 0;
                hits += cache.reference(id(2, epochs.next(random)), 1) ? 1 : 0;
                references += 2;
                predecessor = id;
            }
        }
        return (double) hits / references;
    }

    /// Hit ratios.
    ///
    /// @param one     policy for both buckets
    /// @param each    bucket has its own
    /// @param divided in eighths, with a policy each: the best division
    private record Outcome(double one, double each, double divided) {}

    private static Outcome outcome(String name, double share, Stream first, Stream second) {
        return outcome(name, references(REFERENCES, share, first, second));
    }

    private static Outcome outcome(String name, long[] references) {
        var outcome = new Outcome(run(auto(MEMORY), references),
                run(new Partition(PartitionFiguresTest::auto, MEMORY), references),
                IntStream.range(1, EIGHTHS)
                        .parallel()
                        .mapToDouble(eighths -> runDivided(eighths, references))
                        .max()
                        .orElseThrow());
        System.out.printf("%s: %s%n", name, outcome);
        return outcome;
    }

    private static double run(EvictionPolicy policy, long[] references) {
        var cache = new PolicyCache(policy, MEMORY);
        return Arrays.stream(references).filter(id -> cache.reference(id, 1)).count()
                / (double) references.length;
    }

    private static double runDivided(int eighths, long[] references) {
        int first = MEMORY * eighths / EIGHTHS;
        var caches = List.of(new PolicyCache(auto(first), first),
                new PolicyCache(auto(MEMORY - first), MEMORY - first));
        return Arrays.stream(references)
                .filter(id -> caches.get(id < id(2, 0) ? 0 : 1).reference(id, 1))
                .count() / (double) references.length;
    }

    /// @param share of the first stream, 0 to 1
    private static long[] references(int count, double share, Stream first, Stream second) {
        var random = new SplittableRandom(7);
        return LongStream.generate(() -> random.nextDouble() < share
                ? id(1, first.next(random))
                : id(2, second.next(random))).limit(count).toArray();
    }

    private static Stream loop(int blocks) {
        long[] at = new long[1];
        return _ -> at[0]++ % blocks;
    }

    /// Each of so many blocks once, then all in another order.
    private static Stream epochs(int blocks, long seed) {
        var order = new ArrayList<>(LongStream.range(0, blocks).boxed().toList());
        var shuffling = new Random(seed);
        int[] at = {blocks};
        return _ -> {
            if (at[0] == blocks) {
                at[0] = 0;
                Collections.shuffle(order, shuffling);
            }
            return order.get(at[0]++);
        };
    }

    /// 10,000 blocks, the k-th of which is asked for in proportion to k to the power of minus s.
    private static Stream zipf(double s, long seed) {
        int blocks = 10_000;
        var order = new ArrayList<>(LongStream.range(0, blocks).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        double[] sums = new double[blocks];
        double sum = 0;
        for (int i = 0; i < blocks; i++) {
            sum += Math.pow(i + 1.0, -s);
            sums[i] = sum;
        }
        double all = sum;
        return random -> {
            int at = Arrays.binarySearch(sums, random.nextDouble() * all);
            return order.get(Math.min(blocks - 1, at < 0 ? -at - 1 : at));
        };
    }

    private static long id(int group, long block) {
        return Partition.id(group, (block + 1) << 10);
    }

    /// As where blocks are of 256 KiB and more: none is left out of the sample.
    private static AutoPolicy auto(long capacityBytes) {
        return new AutoPolicy(Rival.all(1), capacityBytes, Tuning.forSample(4096));
    }
}

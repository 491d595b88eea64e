package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EpochRecogniserTest {
    private static final int READS = 100_000;

    private final EpochRecogniser epochs = new EpochRecogniser(() -> 1 << 20);

    @ParameterizedTest
    @ValueSource(ints = {128, 200, 500, 2000, 50_000})
    void isSureBeforeTheSecondEpochEndsInWhateverOrder(int blocks) {
        var random = new Random(blocks);
        read(shuffled(1, blocks, random));
        assertThat(epochs.isSure()).isFalse();
        read(shuffled(1, blocks, random).subList(0, blocks * 5 / 6));
        assertThat(epochs.isSure()).isTrue();
    }

    @Test
    void isSureOfALoop() {
        read(inOrder(500));
        read(inOrder(500));
        assertThat(epochs.isSure()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 500, 2000})
    void saysWhatTheEpochHasReadAndWhatItWillRead(int blocks) {
        var random = new Random(blocks);
        learn(1, blocks, random);
        for (int epoch = 0; epoch < 5; epoch++) {
            var order = shuffled(1, blocks, random);
            read(order.subList(0, blocks / 2));
            assertThat(order.subList(0, blocks / 2).stream().filter(epochs::hasRead).count())
                    .isGreaterThan(blocks * 45 / 100);
            assertThat(order.subList(0, blocks / 2).stream().filter(epochs::isDue).count())
                    .isLessThan(blocks * 5 / 100);
            assertThat(order.subList(blocks / 2, blocks).stream().filter(epochs::isDue).count())
                    .isGreaterThan(blocks * 45 / 100);
            read(order.subList(blocks / 2, blocks));
        }
        assertThat(epochs.isDue(blocks + 1L)).isFalse();
    }

    @Test
    void anEpochBeginsWithTheFirstBlocksThatComeAgain() {
        var random = new Random(3);
        learn(1, 2000, random);
        read(shuffled(1, 2000, random));
        var order = shuffled(1, 2000, random);
        read(order.subList(0, 8));
        assertThat(order.subList(0, 8)).allMatch(epochs::hasRead);
        assertThat(order.subList(8, 2000).stream().filter(epochs::isDue).count())
                .isGreaterThan(1980);
    }

    @ParameterizedTest
    @CsvSource({"100, 1", "100, 2", "200, 3", "300, 4", "500, 5", "2000, 6", "20000, 7"})
    void blocksAtRandomAreNoEpochs(int blocks, long seed) {
        var random = new Random(seed);
        isNeverSureOf(_ -> 1 + random.nextInt(blocks));
    }

    @ParameterizedTest
    @CsvSource({"1000, 0.7", "1000, 0.9", "1000, 1.1", "50000, 0.7", "50000, 0.9", "50000, 1.1"})
    void popularBlocksAreNoEpochs(int blocks, double skew) {
        double[] sums = new double[blocks];
        double sum = 0;
        for (int i = 0; i < blocks; i++) {
            sum += Math.pow(i + 1, -skew);
            sums[i] = sum;
        }
        double all = sum;
        var random = new Random(blocks);
        isNeverSureOf(_ -> {
            int at = Arrays.binarySearch(sums, random.nextDouble() * all);
            return 1L + (at < 0 ? -at - 1 : at);
        });
    }

    /// Of all that was ever read, the later the likelier, and now and then something new.
    @ParameterizedTest
    @ValueSource(ints = {50, 200, 1000, 5000})
    void recentBlocksAreNoEpochs(int recent) {
        var random = new Random(recent);
        var last = new long[]{recent};
        isNeverSureOf(_ -> random.nextInt(5) == 0
                ? ++last[0]
                : Math.max(1, last[0] - (long) (random.nextDouble() * random.nextDouble()
                        * recent)));
    }

    /// Each turn reads all blocks of its conversation so far, and some new ones.
    @ParameterizedTest
    @ValueSource(ints = {50, 500})
    void conversationsAreNoEpochs(int conversations) {
        var random = new Random(conversations);
        var lengths = new int[conversations];
        for (int reads = 0; reads < READS;) {
            int one = random.nextInt(conversations);
            lengths[one] = lengths[one] > 100 ? 0 : lengths[one] + 1 + random.nextInt(8);
            for (int i = 0; i < lengths[one]; i++) {
                epochs.read(1 + one * 1_000_000L + i);
                assertThat(epochs.isSure()).isFalse();
            }
            reads += lengths[one];
        }
    }

    @Test
    void whatIsReadOnceIsNoEpoch() {
        isNeverSureOf(i -> i + 1);
    }

    @Test
    void hotBlocksBesideAreOverlooked() {
        for (int epoch = 0; epoch < 3; epoch++) {
            for (long block : shuffled(10, 500, new Random(epoch))) {
                read(List.of(1L, block, 2L));
            }
        }
        assertThat(epochs.isSure()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void workersThatOvertakeEachOtherAreOneReader(int workers) {
        staysSure(500, random -> overtaken(shuffled(1, 500, random), 4 * workers, random));
    }

    /// Each has a half, reads it in an order of its own, and does not wait for the other.
    @ParameterizedTest
    @ValueSource(ints = {0, 20, 100})
    void shardsMayBeApart(int lag) {
        var random = new Random(lag);
        var first = new ArrayList<Long>();
        var second = new ArrayList<Long>();
        for (int epoch = 0; epoch < 8; epoch++) {
            first.addAll(shuffled(1, 1000, random));
            second.addAll(shuffled(1001, 1000, random));
        }
        read(first.subList(0, lag));
        for (int i = 0; i + lag < first.size(); i++) {
            read(List.of(first.get(i + lag), second.get(i)));
            assertThat(i < 2500 || epochs.isSure()).as("read %d", i).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void someBlocksMayBeReadTwice(long seed) {
        staysSure(500, random -> {
            var order = shuffled(1, 500, random);
            for (int i = 0; i < 15; i++) {
                order.add(random.nextInt(order.size()), 1L + random.nextInt(500));
            }
            return order;
        });
    }

    @Test
    void someBlocksMayBeLeftOutEachTime() {
        staysSure(500, random -> shuffled(1, 500, random).subList(0, 470));
    }

    @Test
    void blocksMayBeReadInParts() {
        staysSure(500, random -> {
            var parts = new ArrayList<Long>();
            shuffled(1, 500, random).forEach(block -> parts.addAll(Collections.nCopies(4, block)));
            return overtaken(parts, 16, random);
        });
    }

    @Test
    void blocksMayBeAddedAndTakenAwayBetweenEpochs() {
        var random = new Random(9);
        learn(1, 500, random);
        for (int epoch = 1; epoch < 20; epoch++) {
            int first = 1 + 30 * epoch;
            var order = shuffled(first, 500, random);
            for (long block : order) {
                epochs.read(block);
                assertThat(epochs.isSure()).isTrue();
            }
            assertThat(order.stream().filter(epochs::hasRead).count()).isGreaterThan(490);
        }
        assertThat(epochs.known()).isLessThan(2048);
    }

    @Test
    void isUnsureAsSoonAsBlocksAreReadAtRandom() {
        var random = new Random(1);
        learn(1, 2000, random);
        read(shuffled(1, 2000, random).subList(0, 500));
        assertThat(readsUntilUnsure(_ -> 1 + random.nextInt(2000))).isLessThan(500);
    }

    @Test
    void isUnsureAsSoonAsAnEpochIsBrokenOff() {
        var random = new Random(1);
        learn(1, 2000, random);
        read(shuffled(1, 2000, random).subList(0, 1200));
        var again = shuffled(1, 2000, random);
        assertThat(readsUntilUnsure(i -> again.get((int) i))).isLessThan(400);
    }

    @Test
    void isUnsureAsSoonAsThereIsAnotherSet() {
        var random = new Random(1);
        learn(1, 500, random);
        assertThat(readsUntilUnsure(i -> 10_000 + i)).isLessThan(300);
        assertThat(epochs.known()).isLessThan(EpochRecogniser.LEAST_BLOCKS);
    }

    @Test
    void learnsFromTheMiddleOfAnEpoch() {
        for (int from = 100; from < 2000; from += 100) {
            var late = new EpochRecogniser(() -> 1 << 20);
            var random = new Random(from);
            shuffled(1, 2000, random).subList(from, 2000).forEach(late::read);
            for (int epoch = 0; epoch < 4; epoch++) {
                shuffled(1, 2000, random).forEach(late::read);
            }
            assertThat(late.isSure()).as("from %d", from).isTrue();
        }
    }

    @Test
    void givesUpWhereTheSetIsTooLarge() {
        var small = new EpochRecogniser(() -> 1000);
        for (int epoch = 0; epoch < 4; epoch++) {
            for (long block : shuffled(1, 5000, new Random(epoch))) {
                small.read(block);
                assertThat(small.known()).isLessThanOrEqualTo(1000);
            }
        }
        assertThat(small.isSure()).isFalse();
    }

    private void staysSure(int blocks, Function<Random, List<Long>> epoch) {
        var random = new Random(blocks);
        read(epoch.apply(random));
        read(epoch.apply(random));
        for (int i = 0; i < 20; i++) {
            for (long block : epoch.apply(random)) {
                epochs.read(block);
                assertThat(epochs.isSure()).as("epoch %d", i).isTrue();
            }
        }
    }

    private void isNeverSureOf(LongUnaryOperator reader) {
        for (int i = 0; i < READS; i++) {
            epochs.read(reader.applyAsLong(i));
            assertThat(epochs.isSure()).as("read %d", i).isFalse();
        }
    }

    private int readsUntilUnsure(LongUnaryOperator reader) {
        int reads = 0;
        for (; epochs.isSure(); reads++) {
            epochs.read(reader.applyAsLong(reads));
        }
        return reads;
    }

    private void learn(int first, int blocks, Random random) {
        read(shuffled(first, blocks, random));
        read(shuffled(first, blocks, random));
        assertThat(epochs.isSure()).isTrue();
    }

    private void read(List<Long> blocks) {
        blocks.forEach(epochs::read);
    }

    private static List<Long> inOrder(int blocks) {
        return LongStream.rangeClosed(1, blocks).boxed().toList();
    }

    private static List<Long> shuffled(int first, int blocks, Random random) {
        var order = new ArrayList<>(
                LongStream.range(first, first + blocks).boxed().toList());
        Collections.shuffle(order, random);
        return order;
    }

    /// The same, but each comes up to so many places earlier or later.
    private static List<Long> overtaken(List<Long> order, int places, Random random) {
        double[] at = random.doubles(order.size()).toArray();
        return IntStream.range(0, order.size())
                .boxed()
                .sorted((a, b) -> Double.compare(a + at[a] * places, b + at[b] * places))
                .map(order::get)
                .toList();
    }
}

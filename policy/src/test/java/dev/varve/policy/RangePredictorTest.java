package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.policy.RangePredictor.Forecast;
import dev.varve.policy.RangePredictor.Pattern;
import dev.varve.policy.RangePredictor.Range;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RangePredictorTest {
    private static final long MIB = 1 << 20;
    private static final long PART = 8 * MIB;
    private static final long SIZE = 1 << 30;

    private final RangePredictor predictor = new RangePredictor();

    @Test
    void twoRangesAreNoSequenceYet() {
        assertThat(parts(0, 1)).isEmpty();
    }

    @Test
    void aSequenceGoesOnFartherWithEachRange() {
        assertThat(parts(0, 1, 2)).contains(sequence(3, 1));
        assertThat(parts(3)).contains(sequence(4, 2));
        assertThat(parts(4)).contains(sequence(5, 4));
        assertThat(parts(5, 6, 7, 8, 9)).contains(sequence(10, 8));
    }

    @Test
    void aSequenceMayHaveRangesOfAnyLength() {
        ask(0, 10);
        ask(10, 300);
        assertThat(ask(310, 7)).contains(
                new Forecast(Pattern.SEQUENTIAL, ranges(new Range(317, 4 * MIB))));
    }

    @Test
    void aSequenceEndsWithItsObject() {
        long last = SIZE / PART - 1;
        assertThat(parts(last - 3, last - 2, last - 1)).contains(sequence(last, 1));
        assertThat(parts(last)).isEmpty();
    }

    @Test
    void partsOfParallelReadersMayComeInAnyOrder() {
        assertThat(parts(0, 2, 1, 3)).contains(sequence(4, 2));
        assertThat(parts(5, 4)).contains(sequence(6, 4));
        assertThat(parts(7, 6)).contains(sequence(8, 8));
    }

    @Test
    void sevenReadersOfOneObjectAreToldApart() {
        for (long part = 0; part < 2; part++) {
            for (long reader = 0; reader < 7; reader++) {
                parts(reader * 16 + part);
            }
        }
        for (long reader = 0; reader < 7; reader++) {
            assertThat(parts(reader * 16 + 2)).contains(sequence(reader * 16 + 3, 1));
        }
    }

    @Test
    void asManySmallRangesAsYouLikeFillOneWindow() {
        var last = Optional.<Forecast>empty();
        for (int i = 0; i < 100; i++) {
            last = ask(i * 4096L, 4096);
        }
        assertThat(last).contains(new Forecast(Pattern.SEQUENTIAL,
                ranges(new Range(100 * 4096L, RangePredictor.MAX_AHEAD_BYTES))));
    }

    @Test
    void aSequenceThatIsReadAgainIsKnownAgain() {
        parts(0, 1, 2, 3, 4, 5);
        assertThat(parts(0, 1, 2)).contains(sequence(3, 1));
    }

    @Test
    void threeRangesAreNoStrideYet() {
        assertThat(parts(0, 10, 20)).isEmpty();
    }

    @Test
    void aStrideGoesOnFartherWithEachRange() {
        assertThat(parts(0, 10, 20, 30)).contains(stride(40, 50));
        assertThat(parts(40)).contains(stride(50, 60, 70, 80));
        assertThat(parts(50)).contains(stride(60, 70, 80, 90, 100, 110, 120));
    }

    @Test
    void aStrideMayGoBackwards() {
        assertThat(parts(13, 10, 7, 4)).contains(stride(1));
        assertThat(parts(1)).isEmpty();
    }

    @Test
    void aSequenceMayGoBackwards() {
        assertThat(parts(13, 12, 11, 10)).contains(stride(9, 8));
    }

    @Test
    void rangesOfAStrideMaySwapPlaces() {
        assertThat(parts(0, 20, 10, 30)).contains(stride(40, 50));
        assertThat(parts(50, 40)).contains(stride(60, 70, 80, 90));
    }

    @Test
    void theLatestOfTwoStridesCounts() {
        parts(100, 90, 80, 70);
        assertThat(parts(10, 11, 14, 17, 20)).contains(stride(23, 26));
    }

    @Test
    void aRandomReaderIsForetoldNothing() {
        long seed = 7;
        var random = new Random(seed);
        int foretold = 0;
        for (int i = 0; i < 10_000; i++) {
            foretold += ask(random.nextInt(4096) * MIB, MIB, 4096 * MIB).isPresent() ? 1 : 0;
        }
        assertThat(foretold).as("of 10,000, seed " + seed).isLessThan(20);
    }

    @Test
    void aShuffledReaderIsForetoldNextToNothing() {
        long seed = 9;
        var order = new ArrayList<Integer>();
        for (int i = 0; i < 1024; i++) {
            order.add(i);
        }
        int foretold = 0;
        for (int epoch = 0; epoch < 10; epoch++) {
            Collections.shuffle(order, new Random(seed + epoch));
            for (int record : order) {
                foretold += ask(record * MIB, MIB).isPresent() ? 1 : 0;
            }
        }
        assertThat(foretold).as("of 10,240, seed " + seed).isLessThan(100);
    }

    @Test
    void theSameRangeAgainIsNoProgress() {
        assertThat(parts(3, 3, 3, 3, 3, 3)).isEmpty();
    }

    @Test
    void rangesOutsideTheObjectAreIgnored() {
        long end = Long.MAX_VALUE;
        assertThat(ask(-1, 1, end)).isEmpty();
        assertThat(ask(0, 0, end)).isEmpty();
        assertThat(ask(0, -5, end)).isEmpty();
        assertThat(ask(end, 1, end)).isEmpty();
        assertThat(ask(end - 1, 2, end)).isEmpty();
        assertThat(ask(0, 1, 0)).isEmpty();
        assertThat(ask(Long.MIN_VALUE, Long.MAX_VALUE, end)).isEmpty();
    }

    @Test
    void forecastsStayWithinTheLargestObject() {
        long size = Long.MAX_VALUE;
        for (long distance : new long[]{1, 3, PART, size / 5, size / 4 - 1}) {
            var upwards = new RangePredictor();
            var downwards = new RangePredictor();
            for (int i = 4; i >= 0; i--) {
                within(upwards.asked(size - 1 - i * distance, 1, size), size);
                within(downwards.asked(i * distance, 1, size), size);
            }
        }
        long seed = 11;
        var random = new Random(seed);
        var wild = new RangePredictor();
        long[] edges = {0, 1, 2, size / 2, size - 1, size - 2, size - 3, size - PART};
        for (int i = 0; i < 100_000; i++) {
            long offset = edges[random.nextInt(edges.length)];
            long length = 1 + random.nextLong(Math.min(PART, size - offset));
            within(wild.asked(offset, length, size), size);
        }
    }

    @Test
    void anObjectThatHasBecomeSmallerIsNotReadBeyondItsEnd() {
        parts(10, 11, 12, 13);
        within(ask(0, 1, 10), 10);
        within(ask(1, 1, 10), 10);
        within(ask(2, 1, 10), 10);
    }

    private static void within(Optional<Forecast> forecast, long size) {
        for (var range : forecast.map(Forecast::ranges).orElse(ranges())) {
            assertThat(range.offset()).isBetween(0L, size - 1);
            assertThat(range.lengthBytes()).isBetween(1L, size - range.offset());
        }
    }

    private Optional<Forecast> parts(long... numbers) {
        var last = Optional.<Forecast>empty();
        for (long number : numbers) {
            last = ask(number * PART, PART);
        }
        return last;
    }

    private Optional<Forecast> ask(long offset, long length) {
        return ask(offset, length, SIZE);
    }

    private Optional<Forecast> ask(long offset, long length, long size) {
        return predictor.asked(offset, length, size);
    }

    private static Forecast sequence(long firstPart, long parts) {
        return new Forecast(Pattern.SEQUENTIAL,
                ranges(new Range(firstPart * PART, parts * PART)));
    }

    private static Forecast stride(long... parts) {
        var ranges = new ArrayList<Range>();
        for (long part : parts) {
            ranges.add(new Range(part * PART, PART));
        }
        return new Forecast(Pattern.STRIDED, ranges);
    }

    private static List<Range> ranges(Range... ranges) {
        return List.of(ranges);
    }
}

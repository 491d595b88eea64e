package dev.varve.bench;

import dev.varve.bench.RangeClient.Range;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// Ranges of large durable objects that lie on flash, read over S3 by a client that copies each
/// one to where it is needed: how long their first bytes let wait, and how many bytes a second
/// several connections get, with reading ahead and without.
///
/// Two servers, one with `read-ahead = false`, hold the same objects, eight times as much as their
/// memory, and take turns; each reading is of the object that was not read for longest.
///
/// Thread-safe: stateless.
record RangeBenchmark() implements Benchmark {
    private static final long MEMORY_BYTES = 256L << 20;
    private static final long FLASH_BYTES = 6L << 30;
    private static final int OBJECT_BYTES = 256 << 20;
    private static final int OBJECTS = 8;
    private static final int MIB = 1 << 20;
    private static final int CONNECTIONS = 4;
    private static final double BAR_WAIT = 0.5;
    private static final double BAR_RANDOM = 1.05;

    /// In which order ranges of an object are read.
    ///
    /// @param bar   the most that a first byte may wait, in parts of the wait without reading ahead
    /// @param every only each so many-th range counts: the others lie in the same block
    private record Order(String name, double bar, int every, List<Range> ranges) {}

    @Override
    public String name() {
        return "ranges";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        try (var with = Reading.start(options, workplace, true);
                var without = Reading.start(options, workplace, false)) {
            var rows = new ArrayList<Row>();
            for (var order : orders()) {
                rows.add(waits(order, with, without, options.rounds()));
            }
            rows.add(rates(with, without, options.rounds()));
            return rows;
        }
    }

    private static List<Order> orders() {
        var random = new Random(1);
        var shuffled = ranges(0, 4 * MIB, 64, 4 * MIB);
        Collections.shuffle(shuffled, random);
        var anywhere = new ArrayList<Range>();
        for (int i = 0; i < 64; i++) {
            anywhere.add(new Range((long) random.nextInt(OBJECT_BYTES / MIB) * MIB, MIB));
        }
        var backwards = ranges(0, 4 * MIB, 64, 4 * MIB);
        Collections.reverse(backwards);
        return List.of(
                new Order("4 MiB ranges in sequence", BAR_WAIT, 1,
                        ranges(0, 4 * MIB, 64, 4 * MIB)),
                new Order("1 MiB ranges in sequence, each fourth", BAR_WAIT, 4,
                        ranges(0, MIB, 256, MIB)),
                new Order("1 MiB ranges every 12 MiB", BAR_WAIT, 1,
                        ranges(0, 12 * MIB, 21, MIB)),
                new Order("4 MiB ranges from back to front", BAR_WAIT, 1, backwards),
                new Order("1 MiB ranges anywhere", BAR_RANDOM, 1, anywhere),
                new Order("4 MiB ranges, each once, shuffled", BAR_RANDOM, 1,
                        shuffled));
    }

    private static List<Range> ranges(long first, long distance, int count, int bytes) {
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(i -> new Range(first + i * distance, bytes))
                .toList());
    }

    private static Row waits(Order order, Reading with, Reading without, int rounds) {
        var ours = new double[rounds];
        var peer = new double[rounds];
        for (int round = -1; round < rounds; round++) {
            boolean withFirst = round % 2 == 0;
            double first = (withFirst ? with : without).medianMicros(order);
            double second = (withFirst ? without : with).medianMicros(order);
            if (round >= 0) { // the first one warms both sides up
                ours[round] = withFirst ? first : second;
                peer[round] = withFirst ? second : first;
            }
        }
        return row(order, new Samples(ours), new Samples(peer));
    }

    private static Row row(Order order, Samples ours, Samples peer) {
        var ratios = ours.over(peer);
        return new Row("first byte of " + order.name + " from flash, p50",
                Row.spread(ours) + " µs", "not read ahead: " + Row.spread(peer) + " µs",
                String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", ratios.median(), ratios.min(),
                        ratios.max()),
                String.format(Locale.ROOT, "<= %.2f", order.bar),
                ratios.median() <= order.bar ? Row.Verdict.MET : Row.Verdict.NOT_MET);
    }

    private static Row rates(Reading with, Reading without, int rounds) throws Exception {
        var ours = new double[rounds];
        var peer = new double[rounds];
        for (int round = -1; round < rounds; round++) {
            double ahead = with.megabytesPerSecond();
            double plain = without.megabytesPerSecond();
            if (round >= 0) {
                ours[round] = ahead;
                peer[round] = plain;
            }
        }
        return Row.compared("8 MiB parts of one object from flash, in turn on " + CONNECTIONS
                + " connections", "MB/s", new Samples(ours), "not read ahead", new Samples(peer),
                0);
    }

    /// A server with its objects.
    ///
    /// Confined, but for what it starts.
    private static final class Reading implements AutoCloseable {
        private final Workplace workplace;
        private final VarveServer varve;
        private int next;

        private Reading(Workplace workplace, VarveServer varve) {
            this.workplace = workplace;
            this.varve = varve;
        }

        static Reading start(BenchOptions options, Workplace around, boolean ahead)
                throws Exception {
            var workplace = Workplace.in(around.folder("ahead-" + ahead));
            var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES, FLASH_BYTES,
                    "--read-ahead", Boolean.toString(ahead), "--s3-etag", "fast");
            varve.createBucket();
            var reading = new Reading(workplace, varve);
            try (var client = new RangeClient(varve.s3Endpoint())) {
                for (int i = 0; i < OBJECTS; i++) {
                    client.put(key(i), OBJECT_BYTES);
                }
            }
            return reading;
        }

        private static String key(int number) {
            return "large-" + number;
        }

        private String nextKey() {
            return key(next++ % OBJECTS);
        }

        double medianMicros(Order order) {
            var key = nextKey();
            try (var client = new RangeClient(varve.s3Endpoint())) {
                var waits = new double[(order.ranges.size() + order.every - 1) / order.every];
                for (int i = 0; i < order.ranges.size(); i++) {
                    double micros = client.get(key, order.ranges.get(i)) / 1e3;
                    if (i % order.every == 0) {
                        waits[i / order.every] = micros;
                    }
                }
                return new Samples(waits).median();
            }
        }

        double megabytesPerSecond() throws Exception {
            var key = nextKey();
            var parts = ranges(0, 8 * MIB, OBJECT_BYTES / (8 * MIB), 8 * MIB);
            long start = System.nanoTime();
            try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
                var readers = IntStream.range(0, CONNECTIONS)
                        .<Callable<Integer>>mapToObj(reader -> () -> {
                            try (var client = new RangeClient(varve.s3Endpoint())) {
                                for (int i = reader; i < parts.size(); i += CONNECTIONS) {
                                    client.get(key, parts.get(i));
                                }
                                return reader;
                            }
                        })
                        .toList();
                for (var done : threads.invokeAll(readers)) {
                    done.get();
                }
            }
            return OBJECT_BYTES * 1e3 / (System.nanoTime() - start);
        }

        @Override
        public void close() {
            varve.close();
            workplace.close();
        }
    }
}

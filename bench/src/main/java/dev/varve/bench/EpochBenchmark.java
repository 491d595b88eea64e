package dev.varve.bench;

import dev.varve.bench.RangeClient.Range;
import dev.varve.replay.RespClient;
import dev.varve.replay.RespEndpoint;
import dev.varve.replay.TierCounters;
import dev.varve.replay.TierCounters.Served;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// A data loader that reads each object of a bucket once an epoch over S3, in another order each
/// time, and computes after each as long as a read of flash takes: what it finds in memory, which
/// has room for a quarter, and how long it waits for first bytes.
///
/// Beside the same server without reading ahead, and one that evicts what was not read for longest.
/// The sides take turns, an epoch each; the first epochs, in which there is nothing to know yet, do
/// not count.
///
/// Thread-safe: stateless.
record EpochBenchmark() implements Benchmark {
    private static final int OBJECT_BYTES = 1 << 20;
    private static final int OBJECTS = 512;
    private static final long MEMORY_BYTES = (long) OBJECTS * OBJECT_BYTES / 4;
    private static final long FLASH_BYTES = 4L << 30;
    private static final int FIRST_EPOCHS = 5;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "epochs";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        try (var ahead = Loader.start(options, workplace, "ahead");
                var behind = Loader.start(options, workplace, "behind", "--read-ahead", "false");
                var lru = Loader.start(options, workplace, "lru", "--read-ahead", "false",
                        "--eviction", "lru")) {
            var loaders = List.of(ahead, behind, lru);
            long thinkNanos = (long) (lru.epoch(0, 0).waitMicros * 1e3);
            for (int epoch = 0; epoch < FIRST_EPOCHS; epoch++) {
                for (var loader : loaders) {
                    loader.epoch(epoch, thinkNanos);
                }
            }
            var outcomes = loaders.stream().map(_ -> new ArrayList<Outcome>()).toList();
            for (int round = 0; round < options.rounds(); round++) {
                for (int i = 0; i < loaders.size(); i++) {
                    int side = (round + i) % loaders.size();
                    outcomes.get(side)
                            .add(loaders.get(side).epoch(FIRST_EPOCHS + round, thinkNanos));
                }
            }
            return rows(thinkNanos, outcomes);
        }
    }

    private static List<Row> rows(long thinkNanos, List<? extends List<Outcome>> outcomes) {
        var rows = new ArrayList<Row>();
        for (int side = 1; side < outcomes.size(); side++) {
            var name = side == 1 ? "not read ahead" : "lru, not read ahead";
            var ours = outcomes.getFirst();
            var peer = outcomes.get(side);
            var work = String.format(Locale.ROOT,
                    "objects of 1 MiB, each once an epoch, shuffled, %.1f ms of thought", thinkNanos
                            / 1e6);
            rows.add(Row.compared(work + ": found in memory", "%", samples(ours, Outcome::found),
                    name, samples(peer, Outcome::found), 0));
            rows.add(Row.compared(work + ": read from flash", "%", samples(ours, Outcome::flash),
                    name, samples(peer, Outcome::flash), 0));
            rows.add(Row.compared(work + ": first byte, p50", "µs",
                    samples(ours, Outcome::waitMicros), name, samples(peer, Outcome::waitMicros),
                    0));
        }
        return rows;
    }

    private static Samples samples(
            List<Outcome> outcomes,
            ToDoubleFunction<Outcome> figure) {
        return new Samples(outcomes.stream().mapToDouble(figure).toArray());
    }

    /// What came of an epoch.
    ///
    /// @param found      reads whose block was in memory, in percent
    /// @param flash      blocks that flash gave, in percent of the reads
    /// @param waitMicros for a first byte, the median
    private record Outcome(double found, double flash, double waitMicros) {}

    /// A server with its objects.
    ///
    /// Confined, but for what it starts.
    private record Loader(Workplace workplace, VarveServer varve) implements AutoCloseable {

        static Loader start(
                BenchOptions options,
                Workplace around,
                String name,
                String... more) throws Exception {
            var workplace = Workplace.in(around.folder(name));
            var settings = new ArrayList<>(List.of("--s3-etag", "fast"));
            settings.addAll(List.of(more));
            var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES, FLASH_BYTES,
                    settings.toArray(String[]::new));
            varve.createBucket();
            try (var client = new RangeClient(varve.s3Endpoint())) {
                for (int i = 0; i < OBJECTS; i++) {
                    client.put(key(i), OBJECT_BYTES);
                }
            }
            return new Loader(workplace, varve);
        }

        private static String key(int number) {
            return "sample-" + number;
        }

        Outcome epoch(int number, long thinkNanos) {
            var order = new ArrayList<>(IntStream.range(0, OBJECTS).boxed().toList());
            Collections.shuffle(order, new Random(number));
            var waits = new double[OBJECTS];
            var before = served();
            try (var client = new RangeClient(varve.s3Endpoint())) {
                for (int i = 0; i < OBJECTS; i++) {
                    waits[i] = client.get(key(order.get(i)), new Range(0, OBJECT_BYTES)) / 1e3;
                    LockSupport.parkNanos(thinkNanos);
                }
            }
            var served = served().since(before);
            return new Outcome(100.0 * served.memoryBlocks() / OBJECTS,
                    100.0 * served.flashBlocks() / OBJECTS, new Samples(waits).median());
        }

        private Served served() {
            try (var client = RespClient.connect(
                    new RespEndpoint("127.0.0.1", varve.resp().getPort(), Optional.empty()),
                    TIMEOUT)) {
                return TierCounters.of(client).served().orElseThrow();
            }
        }

        @Override
        public void close() {
            varve.close();
            workplace.close();
        }
    }
}

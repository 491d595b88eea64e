package dev.varve.bench;

import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;

/// What a reader of memory notices while gigabytes move between the tiers: the 99th percentile of
/// its waits, without movement and with it.
///
/// One reader asks at a steady pace, well below what the server can do, so that a wait is the
/// server's and not the queue's, nor that of a client that is busy with another reply. The movement
/// is that of `VARVE PREFETCH` over chunks that lie on flash, more than memory holds: each comes
/// up, and pushes another one out.
///
/// Thread-safe: stateless.
record MovementBenchmark() implements Benchmark {
    private static final long MEMORY_BYTES = 512L << 20;
    private static final long FLASH_BYTES = 6L << 30;
    private static final int CHUNK_BYTES = 4 << 20;
    private static final int CHUNKS = 768;
    private static final int VALUE_BYTES = 64 << 10;
    private static final int VALUES = 500;
    private static final int CONNECTIONS = 1;
    private static final long PACE = 1000;
    private static final double BAR = 1.3;

    @Override
    public String name() {
        return "movement";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        try (var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                FLASH_BYTES);
                var mover = new Mover(varve)) {
            mover.fill();
            var values = LoadPlan.gets(varve.respDialect(), varve.resp(), CONNECTIONS, VALUES,
                    VALUE_BYTES);
            Load.run(values.fill()).clean(false);
            Load.run(values.lasting(Duration.ofMillis(4 * options.roundMillis()))).clean(false);
            var quiet = new Side(options.rounds());
            var moving = new Side(options.rounds());
            for (int round = 0; round < options.rounds(); round++) {
                var plan = values.seeded(round)
                        .paced(PACE)
                        .lasting(Duration.ofMillis(options.roundMillis()));
                // Who comes first takes turns, too: what others do on the machine drifts.
                if (round % 2 == 0) {
                    quiet.measure(round, plan);
                }
                try (var _ = mover.start()) {
                    moving.measure(round, plan);
                }
                if (round % 2 == 1) {
                    quiet.measure(round, plan);
                }
            }
            double seconds = options.rounds() * options.roundMillis() / 1e3;
            return List.of(row(moving, quiet, mover.movedBytes(), seconds));
        }
    }

    private static Row row(Side moving, Side quiet, long movedBytes, double seconds) {
        var ratios = moving.p99s().over(quiet.p99s());
        return new Row(String.format(Locale.ROOT,
                "GET %d KiB from memory, %d a second, p99, while %.1f GB come up from flash"
                        + " (%.0f MB/s)",
                VALUE_BYTES >> 10, PACE, movedBytes / 1e9, movedBytes / 1e6 / seconds),
                Row.spread(moving.p99s()) + " µs",
                "nothing moves: " + Row.spread(quiet.p99s()) + " µs",
                String.format(Locale.ROOT, "%.2f (%.2f–%.2f); of all rounds together %.2f",
                        ratios.median(), ratios.min(), ratios.max(),
                        moving.p99Micros() / quiet.p99Micros()),
                String.format(Locale.ROOT, "<= %.2f", BAR),
                ratios.median() <= BAR ? Row.Verdict.MET : Row.Verdict.NOT_MET);
    }

    /// The waits of one side, round by round and together.
    ///
    /// Confined.
    private static final class Side {
        private final double[] p99s;
        private final Histogram all = new Histogram(3);

        Side(int rounds) {
            p99s = new double[rounds];
        }

        void measure(int round, LoadPlan plan) throws Exception {
            var latencies = Load.run(plan).clean(false).latencies();
            p99s[round] = latencies.getValueAtPercentile(99);
            all.add(latencies);
        }

        Samples p99s() {
            return new Samples(p99s);
        }

        double p99Micros() {
            return all.getValueAtPercentile(99);
        }
    }

    /// Has chunks on flash brought up to memory, as fast as the server does it.
    ///
    /// Confined, but for the thread that it starts.
    private static final class Mover implements AutoCloseable {
        private static final int WISHES = 32;
        /// How often the server is asked how far it is: seldom, since that is work for it, too.
        private static final long ASK_MILLIS = 500;

        private final LeaseClient client;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private long before;
        private long moved;
        private int next;

        Mover(VarveServer varve) {
            client = new LeaseClient(varve.resp());
        }

        void fill() {
            var chunk = new byte[CHUNK_BYTES];
            for (int i = 0; i < CHUNKS; i++) {
                client.set(chunk(i), chunk);
                client.send();
                client.stored();
            }
        }

        /// Moves until what is returned is closed.
        AutoCloseable start() {
            before = client.statistic("flash_bytes_read");
            var done = new AtomicBoolean();
            Future<Integer> moving = thread.submit((Callable<Integer>) () -> {
                while (!done.get()) {
                    step(done);
                }
                return next;
            });
            return () -> {
                done.set(true);
                moving.get();
                moved += client.statistic("flash_bytes_read") - before;
                drain();
            };
        }

        /// Waits until what was wished for is there, lest it come up beside the next measurement.
        private void drain() throws InterruptedException {
            long read = -1;
            for (long now = client.statistic("flash_bytes_read"); now != read;) {
                Thread.sleep(ASK_MILLIS);
                read = now;
                now = client.statistic("flash_bytes_read");
            }
        }

        /// Wishes for some chunks, waits until about half as much was read, and looks at each.
        private void step(AtomicBoolean done) throws InterruptedException {
            long from = client.statistic("flash_bytes_read");
            int first = next;
            for (; next < first + WISHES; next++) {
                client.prefetch(chunk(next % CHUNKS));
            }
            client.send();
            for (int i = 0; i < WISHES; i++) {
                client.number();
            }
            while (!done.get() && client.statistic("flash_bytes_read")
                    - from < WISHES / 2L * CHUNK_BYTES) {
                Thread.sleep(ASK_MILLIS);
            }
            for (int i = first; i < next; i++) {
                client.firstByte(chunk(i % CHUNKS)); // what nobody reads is brought up no more
            }
            client.send();
            for (int i = first; i < next; i++) {
                client.value();
            }
        }

        long movedBytes() {
            return moved;
        }

        private static String chunk(int number) {
            return "cold-" + number;
        }

        @Override
        public void close() {
            thread.shutdownNow();
            client.close();
        }
    }
}

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
            var quiet = new double[options.rounds()];
            var moving = new double[options.rounds()];
            for (int round = 0; round < options.rounds(); round++) {
                var plan = values.seeded(round)
                        .paced(PACE)
                        .lasting(Duration.ofMillis(options.roundMillis()));
                quiet[round] = p99Micros(plan);
                try (var _ = mover.start()) {
                    moving[round] = p99Micros(plan);
                }
            }
            return List.of(row(new Samples(moving), new Samples(quiet), mover.movedBytes()));
        }
    }

    private static double p99Micros(LoadPlan plan) throws Exception {
        return Load.run(plan).clean(false).latencies().getValueAtPercentile(99);
    }

    private static Row row(Samples moving, Samples quiet, long movedBytes) {
        var ratios = moving.over(quiet);
        return new Row(String.format(Locale.ROOT,
                "GET %d KiB from memory, %d a second, p99, while %.1f GB come up from flash",
                VALUE_BYTES >> 10, PACE, movedBytes / 1e9), Row.spread(moving) + " µs",
                "nothing moves: " + Row.spread(quiet) + " µs",
                String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", ratios.median(), ratios.min(),
                        ratios.max()),
                String.format(Locale.ROOT, "<= %.2f", BAR),
                ratios.median() <= BAR ? Row.Verdict.MET : Row.Verdict.NOT_MET);
    }

    /// Has chunks on flash brought up to memory, as fast as the server does it.
    ///
    /// Confined, but for the thread that it starts.
    private static final class Mover implements AutoCloseable {
        private static final int WISHES = 16;

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
                    step();
                }
                return next;
            });
            return () -> {
                done.set(true);
                moving.get();
                moved += client.statistic("flash_bytes_read") - before;
            };
        }

        /// Wishes for some chunks, waits until about as much was read, and looks at each.
        private void step() throws InterruptedException {
            long from = client.statistic("flash_bytes_read");
            int first = next;
            for (; next < first + WISHES; next++) {
                client.prefetch(chunk(next % CHUNKS));
            }
            client.send();
            for (int i = 0; i < WISHES; i++) {
                client.number();
            }
            for (int waited = 0; waited < 50 && client.statistic("flash_bytes_read")
                    - from < (WISHES - 4L) * CHUNK_BYTES; waited++) {
                Thread.sleep(50); // asking is work for the server, too
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

package dev.varve.bench;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// The promise of a lease, millions of times: what EXISTS has found, the GET that follows finds
/// too, while writers replace memory and flash as fast as they can.
///
/// Readers write small values and ask again for some of the younger ones, of which many have left
/// by then; each EXISTS that says 1 makes a pair with the GET after it. Readers begin when memory
/// and flash are full.
///
/// Thread-safe: stateless.
record LeaseBenchmark() implements Benchmark {
    private static final int READERS = 4;
    private static final int PRESSERS = 2;
    private static final int BATCH = 64;
    private static final int VALUE_BYTES = 256;
    private static final int PRESS_BYTES = 256 << 10;
    private static final long LEASE_NANOS = 10_000_000_000L;
    private static final int YOUNGER = 60_000;
    private static final long MEMORY_BYTES = 128 << 20;
    /// Leases may hold a quarter of memory and an eighth of flash.
    private static final long FLASH_BYTES = 768 << 20;

    @Override
    public String name() {
        return "leases";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        var tally = new Tally(new AtomicLong(options.leasePairs()), new AtomicLong(),
                new AtomicLong(), new AtomicLong(), new AtomicLong(),
                new AtomicLong());
        long start = System.nanoTime();
        try (var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                FLASH_BYTES)) {
            pair(varve.resp(), tally);
            double seconds = (System.nanoTime() - start) / 1e9;
            long dropped;
            long refused;
            try (var client = new LeaseClient(varve.resp())) {
                dropped = client.statistic("evicted_keys");
                refused = client.statistic("refused_leases");
            }
            return List.of(Row.limited("EXISTS, then GET of what it found, under pressure",
                    String.format(Locale.ROOT, "%,d pairs in %.0f s: %,d misses, %,d wrong;"
                            + " %,d misses after the lease was over;"
                            + " %,d EXISTS found nothing, %,d leases refused, %,d blocks dropped",
                            tally.pairs.get(), seconds, tally.misses.get(), tally.wrong.get(),
                            tally.late.get(), tally.absent.get(), refused, dropped),
                    "no miss, nothing wrong",
                    tally.misses.get() == 0 && tally.wrong.get() == 0 && dropped > 0));
        }
    }

    private record Tally(
            AtomicLong left,
            AtomicLong pairs,
            AtomicLong misses,
            AtomicLong wrong,
            AtomicLong absent,
            AtomicLong late) {}

    private static void pair(InetSocketAddress server, Tally tally) throws Exception {
        var done = new AtomicBoolean();
        try (var threads = Executors.newCachedThreadPool()) {
            var pressing = new ArrayList<Future<?>>();
            for (int i = 0; i < PRESSERS; i++) {
                int number = i;
                pressing.add(threads.submit(() -> {
                    press(server, number, done);
                    return number;
                }));
            }
            try (var client = new LeaseClient(server)) {
                while (client.statistic("evicted_keys") == 0) {
                    Thread.sleep(100);
                }
            }
            var readers = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < READERS; i++) {
                int number = i;
                readers.add(() -> {
                    read(server, number, tally);
                    return number;
                });
            }
            try {
                for (var reader : threads.invokeAll(readers)) {
                    reader.get();
                }
            } finally {
                done.set(true);
            }
            for (var presser : pressing) {
                presser.get();
            }
        }
    }

    /// Writes new values until told to stop.
    private static void press(InetSocketAddress server, int number, AtomicBoolean done) {
        try (var client = new LeaseClient(server)) {
            var value = new byte[PRESS_BYTES];
            for (long i = 0; !done.get(); i++) {
                client.set("press-" + number + "-" + i, value);
                client.send();
                client.stored();
            }
        }
    }

    private static void read(InetSocketAddress server, int number, Tally tally) {
        var random = new SplittableRandom(number);
        long written = 0;
        try (var client = new LeaseClient(server)) {
            while (tally.left.get() > 0) {
                for (int i = 0; i < BATCH; i++) {
                    client.set(key(number, written + i), value(number, written + i));
                }
                written += BATCH;
                client.send();
                for (int i = 0; i < BATCH; i++) {
                    client.stored();
                }
                for (int i = 0; i < 8; i++) {
                    pairs(client, number, written, random, tally);
                }
            }
        }
    }

    /// A batch of EXISTS, then a GET for each that was there.
    private static void pairs(
            LeaseClient client,
            int number,
            long written,
            SplittableRandom random,
            Tally tally) {
        var asked = random.longs(BATCH, Math.max(0, written - YOUNGER), written).toArray();
        long start = System.nanoTime();
        for (long id : asked) {
            client.exists(key(number, id));
        }
        client.send();
        var present = new ArrayList<Long>();
        for (long id : asked) {
            if (client.found()) {
                present.add(id);
            }
        }
        tally.absent.addAndGet(BATCH - present.size());
        for (long id : present) {
            client.get(key(number, id));
        }
        client.send();
        for (long id : present) {
            var found = client.value();
            if (found.isEmpty() && System.nanoTime() - start > LEASE_NANOS) {
                tally.late.incrementAndGet();
            } else if (found.isEmpty()) {
                tally.misses.incrementAndGet();
            } else if (!Arrays.equals(found.get(), value(number, id))) {
                tally.wrong.incrementAndGet();
            }
        }
        tally.pairs.addAndGet(present.size());
        tally.left.addAndGet(-present.size());
    }

    private static String key(int number, long id) {
        return "lease-" + number + "-" + id;
    }

    private static byte[] value(int number, long id) {
        var value = new byte[VALUE_BYTES];
        long word = (id * READERS + number + 1) * 0x9E3779B97F4A7C15L;
        for (int i = 0; i < VALUE_BYTES; i++) {
            value[i] = (byte) (word >>> i % 57);
        }
        return value;
    }
}

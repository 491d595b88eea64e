package dev.varve.bench;

import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import dev.varve.bench.load.MemcachedDialect;
import dev.varve.bench.load.RespDialect;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// GET of 1 MiB values whose working set is four times the memory, each as likely as any other,
/// against the disk and against memcached with extstore.
///
/// Immutable.
record FlashBenchmark() implements Benchmark {
    private static final String WORK = "GET 1 MiB, working set 4x memory, uniform, 8 connections";
    private static final int VALUE_BYTES = 1 << 20;
    private static final long MEMORY_BYTES = 512L << 20;
    private static final long WORKING_SET_BYTES = 4 * MEMORY_BYTES;
    private static final long FLASH_BYTES = 2 * WORKING_SET_BYTES;
    private static final int CONNECTIONS = 8;
    private static final double BAR_FIO = 0.85;
    private static final double BAR_MEMCACHED = 1.5;
    private static final int FILL_ATTEMPTS = 4;
    private static final long EXTSTORE_FILL_PACE = 100;

    @Override
    public String name() {
        return "flash";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        try (var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                FLASH_BYTES);
                var memcached = Peers.memcached(workplace, MEMORY_BYTES, FLASH_BYTES)) {
            long keys = WORKING_SET_BYTES / VALUE_BYTES;
            LoadPlan ours = LoadPlan.gets(RespDialect::new, varve.resp(), CONNECTIONS, keys,
                    VALUE_BYTES);
            LoadPlan theirs = LoadPlan.gets(MemcachedDialect::new, memcached.address(),
                    CONNECTIONS, keys, VALUE_BYTES);
            String ourHits = fill(ours);
            // Faster than this, memcached drops what it has not written to flash yet.
            String theirHits = fill(theirs.paced(EXTSTORE_FILL_PACE));
            var limits = new Limits(workplace);
            Path extstore = Peers.extstoreFile(workplace);
            return new Comparison(WORK + ourHits,
                    "MB/s", Side.of("Varve", (round, millis) -> hitRate(ours, round, millis)),
                    List.of(new Comparison.Peer(Side.of("fio randread, depth 8",
                            (_, millis) -> limits.randomRead(WORKING_SET_BYTES, millis)), BAR_FIO),
                            new Comparison.Peer(Side.of(
                                    "memcached + extstore, page cache dropped" + theirHits,
                                    (round, millis) -> {
                                        try (var _ = new PageCacheDropper(extstore)) {
                                            return hitRate(theirs, round, millis);
                                        }
                                    }), BAR_MEMCACHED),
                            new Comparison.Peer(Side.of(
                                    "memcached + extstore, page cache beside its budget"
                                            + theirHits,
                                    (round, millis) -> hitRate(theirs, round, millis)), 0)))
                    .run(options);
        }
    }

    /// Puts every value, and again while some were dropped on the way.
    ///
    /// @return the share that stayed where it is not all, in words
    private static String fill(LoadPlan plan) throws IOException, InterruptedException {
        long misses = plan.keyCount();
        for (int attempt = 0; attempt < FILL_ATTEMPTS && misses > 0; attempt++) {
            Load.run(plan.fill()).clean(false);
            misses = Load.run(plan.sweep()).clean(true).misses();
        }
        return misses == 0
                ? ""
                : String.format(Locale.ROOT, " (kept %.1f %%)",
                        100.0 * (plan.keyCount() - misses) / plan.keyCount());
    }

    private static double hitRate(LoadPlan plan, int round, long millis)
            throws IOException, InterruptedException {
        return Load.run(plan.seeded(round).lasting(Duration.ofMillis(millis)))
                .clean(true)
                .megabytesPerSecond();
    }
}

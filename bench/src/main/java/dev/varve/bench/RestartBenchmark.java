package dev.varve.bench;

import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import dev.varve.bench.load.LoadResult;
import dev.varve.bench.load.RespDialect;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// Restart with cached blocks on flash: how soon all of them are hits again.
///
/// Immutable.
record RestartBenchmark() implements Benchmark {
    private static final int VALUE_BYTES = 1 << 20;
    private static final int CONNECTIONS = 8;
    private static final long MEMORY_BYTES = 1L << 30;
    private static final double LIMIT_SECONDS = 2;

    @Override
    public String name() {
        return "restart";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        long keys = options.restartBytes() / VALUE_BYTES;
        long flashBytes = options.restartBytes() + options.restartBytes() / 2;
        if (workplace.usableBytes() < 2 * options.restartBytes()) {
            throw new IllegalStateException("the disk has no room for it");
        }
        long present;
        try (var varve = start(options, workplace, flashBytes)) {
            Load.run(plan(varve, keys).fill()).clean(false);
            present = count(varve, keys);
        }
        double readySeconds;
        long again;
        LoadResult swept;
        try (var varve = start(options, workplace, flashBytes)) {
            again = count(varve, keys);
            readySeconds = varve.process().ageNanos() / 1e9;
            swept = Load.run(plan(varve, keys).sweep()).clean(true);
        }
        long hits = swept.requests() - swept.misses();
        String work = String.format(Locale.ROOT, "restart with %.1f GB of cached blocks",
                present * VALUE_BYTES / 1e9);
        String figure = String.format(Locale.ROOT,
                "%.2f s from start to %d of %d present; then %d of %d read and right at %.0f MB/s",
                readySeconds, again, present, hits, present, swept.megabytesPerSecond());
        return List.of(Row.limited(work, figure, "all hits within 2 s",
                readySeconds <= LIMIT_SECONDS && again >= present && hits >= present));
    }

    private static VarveServer start(BenchOptions options, Workplace workplace, long flashBytes)
            throws InterruptedException {
        return VarveServer.start(options.launcher(), workplace, MEMORY_BYTES, flashBytes);
    }

    private static LoadPlan plan(VarveServer varve, long keys) {
        return LoadPlan.gets(RespDialect::new, varve.resp(), CONNECTIONS, keys, VALUE_BYTES);
    }

    /// How many of the keys are there, by one EXISTS of them all.
    private static long count(VarveServer varve, long keys) throws IOException {
        return RespDialect.countPresent(varve.resp(), keys);
    }
}

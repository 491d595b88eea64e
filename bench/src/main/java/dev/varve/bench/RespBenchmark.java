package dev.varve.bench;

import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import dev.varve.bench.load.RespDialect;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// GET and SET over the Redis protocol, everything in memory, against Redis.
///
/// @param name        as the command line has it
/// @param valueBytes  length of each value
/// @param keyCount    how many values there are
/// @param connections asking at a time
/// @param bar         the least ratios
/// @param ownClient   whether redis-benchmark measures too
///
/// Immutable.
record RespBenchmark(
        String name,
        int valueBytes,
        long keyCount,
        int connections,
        Bar bar,
        boolean ownClient) implements Benchmark {
    private static final long MEMORY_BYTES = 1L << 30;
    private static final long FLASH_BYTES = 4L << 30;
    private static final long REDIS_BENCHMARK_REQUESTS_PER_SECOND = 30_000;

    /// The least ratios of Varve to Redis.
    record Bar(double get, double set) {}

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        try (var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                FLASH_BYTES);
                var redis = Peers.redis(workplace)) {
            LoadPlan ours = plan(varve.resp());
            LoadPlan theirs = plan(redis.address());
            Load.run(ours.fill()).clean(false);
            Load.run(theirs.fill()).clean(false);
            String size = valueBytes >= 1 << 20
                    ? (valueBytes >> 20) + " MiB"
                    : (valueBytes >> 10) + " KiB";
            var rows = new ArrayList<Row>();
            rows.addAll(new Comparison("RESP GET " + size + ", " + connections + " connections",
                    unit(), side("Varve", ours),
                    List.of(new Comparison.Peer(side("Redis", theirs), bar.get()))).run(options));
            rows.addAll(new Comparison("RESP SET " + size + ", " + connections + " connections",
                    unit(), side("Varve", ours.puts()),
                    List.of(new Comparison.Peer(side("Redis", theirs.puts()), bar.set())))
                    .run(options));
            if (ownClient) {
                rows.addAll(byRedisBenchmark("get", bar.get(), options, workplace, varve, redis));
                rows.addAll(byRedisBenchmark("set", bar.set(), options, workplace, varve, redis));
            }
            return rows;
        }
    }

    private LoadPlan plan(InetSocketAddress address) {
        return LoadPlan.gets(RespDialect::new, address, connections, keyCount, valueBytes);
    }

    private String unit() {
        return countsRequests() ? "requests/s" : "MB/s";
    }

    private boolean countsRequests() {
        return valueBytes < 64 << 10;
    }

    private Side side(String sideName, LoadPlan plan) {
        return Side.of(sideName, (round, millis) -> {
            var result = Load.run(plan.seeded(round).lasting(Duration.ofMillis(millis)))
                    .clean(false);
            return countsRequests() ? result.requestsPerSecond() : result.megabytesPerSecond();
        });
    }

    private List<Row> byRedisBenchmark(
            String command,
            double least,
            BenchOptions options,
            Workplace workplace,
            VarveServer varve,
            Peers.Peer redis) throws Exception {
        var limits = new Limits(workplace);
        // The only key that redis-benchmark gets must be there.
        limits.redisBenchmark(varve.resp().getPort(), "set", valueBytes, 1000);
        limits.redisBenchmark(redis.address().getPort(), "set", valueBytes, 1000);
        return new Comparison("redis-benchmark -t " + command + " -d " + valueBytes + " -c 50",
                "requests/s", redisBenchmark("Varve", limits, varve.resp().getPort(), command),
                List.of(new Comparison.Peer(
                        redisBenchmark("Redis", limits, redis.address().getPort(), command),
                        least)))
                .run(options);
    }

    private Side redisBenchmark(String sideName, Limits limits, int port, String command) {
        return Side.of(sideName, (_, millis) -> limits.redisBenchmark(port, command, valueBytes,
                REDIS_BENCHMARK_REQUESTS_PER_SECOND * millis / 1000));
    }
}

package dev.varve.bench;

import dev.varve.bench.load.Dialect;
import dev.varve.bench.load.LmCacheDialect;
import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import dev.varve.bench.load.RespDialect;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// EXISTS of one key on 8 connections, of keys that are there and of keys that are not: by our own
/// client, one thread that asks as fast as it can, and by redis-benchmark. Beside Redis and Valkey.
///
/// Thread-safe: stateless.
record ExistsBenchmark() implements Benchmark {
    private static final int KEYS = 20_000;
    private static final int VALUE_BYTES = 4 << 10;
    private static final double BAR = 0.9;
    private static final long REDIS_BENCHMARK_REQUESTS_PER_SECOND = 90_000;

    /// redis-benchmark puts twelve digits at the end.
    private static final String PRESENT = "bench-00";
    private static final String ABSENT = "absent-0";

    @Override
    public String name() {
        return "exists";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        try (var servers = KvServers.start(options, workplace)) {
            for (KvServers.Server server : servers.all()) {
                Load.run(lookups(server, 0).fill()).clean(false);
                Load.run(plan(server, RespDialect::new).fill()).clean(false);
            }
            var limits = new Limits(workplace);
            var rows = new ArrayList<Row>();
            rows.addAll(new KvWork("EXISTS of present keys", "requests/s", BAR,
                    server -> lookups(server, 0),
                    result -> KvBenchmark.requests(result.clean(false), result.present()))
                    .compare(servers, options));
            rows.addAll(new KvWork("EXISTS of absent keys", "requests/s", BAR,
                    server -> lookups(server, KEYS),
                    result -> KvBenchmark.requests(result.clean(true), result.misses()))
                    .compare(servers, options));
            rows.addAll(byRedisBenchmark("present", PRESENT, limits, servers, options));
            rows.addAll(byRedisBenchmark("absent", ABSENT, limits, servers, options));
            return rows;
        }
    }

    private static List<Row> byRedisBenchmark(
            String which,
            String keyPrefix,
            Limits limits,
            KvServers servers,
            BenchOptions options) throws Exception {
        return servers.compare(
                "redis-benchmark -c " + KvBenchmark.CONNECTIONS + " exists, " + which + " keys",
                "requests/s", BAR, server -> side(server, keyPrefix, limits), options);
    }

    private static Side side(KvServers.Server server, String keyPrefix, Limits limits) {
        return Side.of(server.name(), (_, millis) -> limits.redisBenchmarkExists(
                server.address().getPort(), KvBenchmark.CONNECTIONS, keyPrefix, KEYS,
                REDIS_BENCHMARK_REQUESTS_PER_SECOND * millis / 1000));
    }

    private static LoadPlan lookups(KvServers.Server server, long firstKey) {
        return plan(server, () -> LmCacheDialect.lookups(firstKey));
    }

    private static LoadPlan plan(
            KvServers.Server server,
            Supplier<? extends Dialect> dialect) {
        return LoadPlan.gets(dialect, server.address(), KvBenchmark.CONNECTIONS, KEYS,
                VALUE_BYTES);
    }
}

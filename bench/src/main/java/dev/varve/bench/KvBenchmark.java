package dev.varve.bench;

import dev.varve.bench.load.LmCacheDialect;
import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import dev.varve.bench.load.LoadResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;

/// What LMCache does to a store, everything in memory, by a client as strict as LMCache's own: 8
/// connections store chunks and load them, and one more looks up meanwhile whether some are there.
/// Beside Redis and Valkey.
///
/// Thread-safe: stateless.
record KvBenchmark() implements Benchmark {
    static final int CONNECTIONS = 8;
    private static final long CHUNKS_BYTES = 256L << 20;
    private static final List<Bar> LOAD_BARS = List.of(new Bar(4 << 20, 1.2),
            new Bar(8 << 20, 1.5));

    /// @param chunkBytes length of the chunks; a MB of LMCache's is 2^20 bytes
    /// @param load       the least ratio of ours to a peer's
    private record Bar(int chunkBytes, double load) {}

    @Override
    public String name() {
        return "kv";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        var rows = new ArrayList<Row>();
        for (Bar bar : LOAD_BARS) {
            rows.addAll(storeAndLoad(bar, options, workplace));
            workplace.clear();
        }
        return rows;
    }

    private static List<Row> storeAndLoad(Bar bar, BenchOptions options, Workplace workplace)
            throws Exception {
        try (var servers = KvServers.start(options, workplace)) {
            for (KvServers.Server server : servers.all()) {
                fillAndCheck(server, bar.chunkBytes());
            }
            String size = (bar.chunkBytes() >> 20) + " MiB";
            var rows = new ArrayList<Row>();
            rows.addAll(new KvWork("KV load " + size, "MB/s", bar.load(),
                    server -> chunks(server, bar.chunkBytes()),
                    result -> result.clean(false).megabytesPerSecond())
                    .compare(servers, options));
            rows.addAll(new KvWork("KV store " + size, "MB/s", 0,
                    server -> chunks(server, bar.chunkBytes()).puts(),
                    result -> result.clean(false).megabytesPerSecond())
                    .compare(servers, options));
            rows.addAll(lookUpBesideLoads(bar, servers, options));
            return rows;
        }
    }

    /// Looks up chunks on one connection while the others load them: whoever asks a little must
    /// not wait for those who ask for much.
    private static List<Row> lookUpBesideLoads(Bar bar, KvServers servers, BenchOptions options)
            throws Exception {
        return servers.compare("KV EXISTS on 1 connection while " + CONNECTIONS + " load "
                + (bar.chunkBytes() >> 20) + " MiB", "requests/s", 0,
                server -> lookUpBesideLoads(bar, server), options);
    }

    private static Side lookUpBesideLoads(Bar bar, KvServers.Server server) {
        LoadPlan loads = chunks(server, bar.chunkBytes());
        LoadPlan lookups = LoadPlan.gets(() -> LmCacheDialect.lookups(0), server.address(), 1,
                loads.keyCount(), bar.chunkBytes());
        return Side.of(server.name(), (round, millis) -> {
            var time = Duration.ofMillis(millis);
            try (var beside = Executors.newSingleThreadExecutor()) {
                var loading = beside.submit(
                        () -> Load.run(loads.seeded(round).lasting(time)).clean(false));
                LoadResult found = Load.run(lookups.seeded(round).lasting(time));
                loading.get();
                return requests(found.clean(false), found.present());
            }
        });
    }

    /// Stores each chunk, then looks up and loads each, as an engine does.
    private static void fillAndCheck(KvServers.Server server, int chunkBytes) throws Exception {
        LoadPlan chunks = chunks(server, chunkBytes);
        Load.run(chunks.fill()).clean(false);
        LoadResult found = Load.run(LoadPlan.gets(() -> LmCacheDialect.lookups(0),
                server.address(), CONNECTIONS, chunks.keyCount(), chunkBytes).sweep());
        requests(found.clean(false), found.present());
        Load.run(chunks.sweep()).clean(false);
    }

    private static LoadPlan chunks(KvServers.Server server, int chunkBytes) {
        return LoadPlan.gets(() -> LmCacheDialect.loads(chunkBytes), server.address(),
                CONNECTIONS, CHUNKS_BYTES / chunkBytes, chunkBytes);
    }

    /// Requests per second, if all were answered as expected.
    static double requests(LoadResult result, long asExpected) {
        if (asExpected != result.requests()) {
            throw new IllegalStateException("only " + asExpected + " of " + result.requests()
                    + " lookups were answered as expected");
        }
        return result.requestsPerSecond();
    }
}

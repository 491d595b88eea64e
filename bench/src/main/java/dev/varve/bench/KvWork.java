package dev.varve.bench;

import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import dev.varve.bench.load.LoadResult;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// What all servers do in turn.
///
/// @param unit   of the figures
/// @param bar    the least ratio of ours to each peer's; 0 for none
/// @param plan   for a server
/// @param figure of a run; throws if anything was wrong in it
///
/// Immutable.
record KvWork(
        String name,
        String unit,
        double bar,
        Function<KvServers.Server, LoadPlan> plan,
        ToDoubleFunction<LoadResult> figure) {

    List<Row> compare(KvServers servers, BenchOptions options) throws Exception {
        return servers.compare(name + ", " + KvBenchmark.CONNECTIONS + " connections", unit, bar,
                this::side, options);
    }

    private Side side(KvServers.Server server) {
        LoadPlan whole = plan.apply(server);
        return Side.of(server.name(), (round, millis) -> figure.applyAsDouble(
                Load.run(whole.seeded(round).lasting(Duration.ofMillis(millis)))));
    }
}

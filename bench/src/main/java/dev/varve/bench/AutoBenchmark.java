package dev.varve.bench;

import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import dev.varve.bench.load.RespDialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What it costs a server at full load that `auto` lets rivals run beside the policy in force: the
/// requests that a second of its processor time is good for, beside a server that evicts by FIFO,
/// which costs next to nothing. Both have worked for a while before: in its first half minute a
/// server compiles its own code, of which rivals have more, for a quarter of its processor time.
///
/// Thread-safe: stateless.
record AutoBenchmark() implements Benchmark {
    private static final long MEMORY_BYTES = 512L << 20;
    private static final long FLASH_BYTES = 4L << 30;
    private static final double BAR = 0.95;
    private static final Duration WARM_UP = Duration.ofSeconds(40);

    /// @param keys how many values there are
    private record Work(String name, int connections, int keys, int valueBytes, int putPercent) {}

    private static final List<Work> WORKS = List.of(
            new Work("GET 4 KiB from memory, 50 connections", 50, 16_384, 4 << 10, 0),
            new Work("GET 64 KiB, half of them from flash, 8 connections", 8, 16_384, 64 << 10, 0),
            new Work("GET 1 MiB from memory, 8 connections", 8, 256, 1 << 20, 0),
            new Work("GET and SET 64 KiB by halves, twice the memory, 8 connections", 8, 16_384,
                    64 << 10, 50));

    @Override
    public String name() {
        return "auto";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        var rows = new ArrayList<Row>();
        for (var work : WORKS) {
            try (var auto = server(options, Workplace.in(workplace.folder("auto")), "auto");
                    var fifo = server(options, Workplace.in(workplace.folder("fifo")), "fifo")) {
                rows.addAll(new Comparison("auto: " + work.name(), "requests/CPU s",
                        side("auto", auto, work),
                        List.of(new Comparison.Peer(side("FIFO", fifo, work), BAR)))
                        .run(options));
            }
            workplace.clear();
        }
        return rows;
    }

    private static VarveServer server(BenchOptions options, Workplace workplace, String eviction)
            throws InterruptedException {
        return VarveServer.start(options.launcher(), workplace, MEMORY_BYTES, FLASH_BYTES,
                "--eviction", eviction);
    }

    private static Side side(String name, VarveServer server, Work work) throws Exception {
        var plan = LoadPlan.gets(RespDialect::new, server.resp(), work.connections(), work.keys(),
                work.valueBytes()).withPutPercent(work.putPercent());
        Load.run(plan.fill()).clean(false);
        Load.run(plan.lasting(WARM_UP)).clean(true);
        return Side.of(name, (round, millis) -> {
            var before = cpu(server);
            var result = Load.run(plan.seeded(round).lasting(Duration.ofMillis(millis)))
                    .clean(true); // what is written while the disk is busy may not be kept
            return result.requests() * 1e9 / cpu(server).minus(before).toNanos();
        });
    }

    private static Duration cpu(VarveServer server) {
        return ProcessHandle.of(server.process().pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }
}

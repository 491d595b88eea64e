package dev.varve.bench;

import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import dev.varve.bench.load.LoadResult;
import dev.varve.bench.load.RespDialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What the server's process takes of the machine's memory under mixed load, at most.
///
/// Immutable.
record MemoryBenchmark() implements Benchmark {
    private static final long MEMORY_BYTES = 512L << 20;
    private static final long FLASH_BYTES = 4L << 30;
    private static final long SLACK_BYTES = 512L << 20;
    private static final long SAMPLE_MILLIS = 500;
    private static final int LARGE_BYTES = 1 << 20;
    private static final int SMALL_BYTES = 4 << 10;
    private static final int OBJECT_BYTES = 8 << 20;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        var time = Duration.ofMinutes(options.memoryMinutes());
        try (var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                FLASH_BYTES);
                var loads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            varve.createBucket();
            // The small values come after the large ones, so that both keep their length.
            var large = LoadPlan.gets(RespDialect::new, varve.resp(), 8,
                    4 * MEMORY_BYTES / LARGE_BYTES, LARGE_BYTES).withPutPercent(30);
            var small = LoadPlan.gets(() -> new RespDialect(1L << 40), varve.resp(), 50, 100_000,
                    SMALL_BYTES).withPutPercent(30);
            var objects = LoadPlan.gets(varve.s3Dialect(), varve.s3(), 4, 64, OBJECT_BYTES)
                    .withPutPercent(30);
            List<Future<LoadResult>> running = List.of(
                    loads.submit(() -> Load.run(large.lasting(time))),
                    loads.submit(() -> Load.run(small.lasting(time))),
                    loads.submit(() -> Load.run(objects.lasting(time))));
            long pid = varve.process().pid();
            long start = System.nanoTime();
            long minute = 0;
            long residentKib = 0;
            long proportionalKib = 0;
            while (!running.stream().allMatch(Future::isDone)) {
                residentKib = Math.max(residentKib, field(pid, "status", "VmRSS:"));
                proportionalKib = Math.max(proportionalKib, field(pid, "smaps_rollup", "Pss:"));
                long minutes = Duration.ofNanos(System.nanoTime() - start).toMinutes();
                if (minutes > minute) {
                    minute = minutes;
                    System.err.printf("bench: memory: after %d of %d min at most %d MiB resident%n",
                            minute, options.memoryMinutes(), residentKib >> 10);
                }
                Thread.sleep(SAMPLE_MILLIS);
            }
            long requests = 0;
            for (Future<LoadResult> load : running) {
                requests += load.get().clean(true).requests();
            }
            String work = String.format(Locale.ROOT,
                    "memory of the process, budget %d MiB, %d min of mixed load (%d requests)",
                    MEMORY_BYTES >> 20, options.memoryMinutes(), requests);
            String figure = String.format(Locale.ROOT, "at most %d MiB resident (%d MiB Pss)",
                    residentKib >> 10, proportionalKib >> 10);
            return List.of(Row.limited(work, figure, "<= budget + 512 MiB",
                    residentKib << 10 <= MEMORY_BYTES + SLACK_BYTES));
        }
    }

    /// A figure of the kernel about a process, in KiB; 0 where it is not to be had.
    private static long field(long pid, String file, String field) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), file))
                    .stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException unreadable) {
            return 0;
        }
    }
}

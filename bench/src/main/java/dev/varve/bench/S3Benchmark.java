package dev.varve.bench;

import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// PUT and GET of 8 MiB objects in a durable bucket over S3, against the disk and the loopback
/// device.
///
/// Immutable.
record S3Benchmark() implements Benchmark {
    private static final int OBJECT_BYTES = 8 << 20;
    private static final long OBJECTS = 32;
    private static final int CLIENTS = 8;
    private static final long MEMORY_BYTES = 1L << 30;
    private static final long FLASH_BYTES = 8L << 30;
    private static final long FIO_FILE_BYTES = 8L << 30;
    private static final double BAR_PUT = 0.7;
    private static final double BAR_GET = 0.8;

    @Override
    public String name() {
        return "s3";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        var rows = new ArrayList<Row>(defaultTags(options, workplace));
        workplace.clear();
        rows.addAll(fastTags(options, workplace));
        return rows;
    }

    private static List<Row> defaultTags(BenchOptions options, Workplace workplace)
            throws Exception {
        try (var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                FLASH_BYTES)) {
            varve.createBucket();
            var limits = new Limits(workplace);
            LoadPlan gets = LoadPlan.gets(varve.s3Dialect(), varve.s3(), CLIENTS, OBJECTS,
                    OBJECT_BYTES);
            Load.run(gets.fill()).clean(false);
            var rows = new ArrayList<Row>();
            rows.addAll(new Comparison("S3 GET 8 MiB from memory, 8 clients", "MB/s",
                    Side.of("Varve", (round, millis) -> rate(gets, round, millis)),
                    List.of(new Comparison.Peer(Side.of("iperf3 -P 8 over loopback",
                            (_, millis) -> limits.loopback(millis)), BAR_GET)))
                    .run(options));
            rows.addAll(puts("S3 PUT 8 MiB, durable, 8 clients", gets.puts(), limits, options));
            return rows;
        }
    }

    private static List<Row> fastTags(BenchOptions options, Workplace workplace)
            throws Exception {
        try (var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                FLASH_BYTES, "--s3-etag", "fast")) {
            varve.createBucket();
            LoadPlan puts = LoadPlan.gets(varve.s3Dialect(), varve.s3(), CLIENTS, OBJECTS,
                    OBJECT_BYTES).puts();
            return puts("the same with --s3-etag fast (no MD5)", puts, new Limits(workplace),
                    options);
        }
    }

    private static List<Row> puts(
            String work,
            LoadPlan puts,
            Limits limits,
            BenchOptions options) throws Exception {
        return new Comparison(work, "MB/s",
                Side.of("Varve", (round, millis) -> rate(puts, round, millis)),
                List.of(new Comparison.Peer(Side.of("fio write + fdatasync, page cache",
                        (_, millis) -> limits.syncedWrite(false, FIO_FILE_BYTES, millis)),
                        BAR_PUT),
                        new Comparison.Peer(Side.of("fio write + fdatasync, direct",
                                (_, millis) -> limits.syncedWrite(true, FIO_FILE_BYTES, millis)),
                                BAR_PUT)))
                .run(options);
    }

    private static double rate(LoadPlan plan, int round, long millis) throws Exception {
        return Load.run(plan.seeded(round).lasting(Duration.ofMillis(millis)))
                .clean(false)
                .megabytesPerSecond();
    }
}

package dev.varve.bench;

import dev.varve.bench.load.Load;
import dev.varve.bench.load.LoadPlan;
import dev.varve.bench.load.RespDialect;
import dev.varve.client.local.LocalClient;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Values of 8 MiB by mapping the server's memory, everything in memory, one client: beside the
/// copying of as many bytes within one process, and beside Redis over loopback.
///
/// All sides read values in random order out of a working set that no processor's cache holds, and
/// ours and the copying put each into the same one buffer. These two take turns value by value: on
/// a busy machine the scheduler prefers a thread that waits for answers to one that only computes,
/// so that either by itself would be measured by another rule.
///
/// Thread-safe: stateless.
record LocalBenchmark() implements Benchmark {
    private static final int VALUE_BYTES = 8 << 20;
    private static final int VALUES = 32;
    private static final long MEMORY_BYTES = 1L << 30;
    private static final long FLASH_BYTES = 4L << 30;
    private static final double COPY_BAR = 0.8;
    private static final double REDIS_BAR = 5;
    private static final Duration PYTHON_LIMIT = Duration.ofMinutes(2);
    private static final String PYTHON = """
            import random, sys, time
            from varve_local import Client
            path, (count, size, millis, seed) = sys.argv[1], map(int, sys.argv[2:])
            order = random.Random(seed)
            buffer, sources = bytearray(size), [bytes([i]) * size for i in range(count)]
            getting = copying = turns = 0
            with Client(path) as client:
                until = time.monotonic() + millis / 1000
                while time.monotonic() < until:
                    began = time.monotonic()
                    assert client.get_into(f"local:{order.randrange(count)}", buffer) == size
                    got = time.monotonic()
                    memoryview(buffer)[:] = sources[order.randrange(count)]
                    copying += time.monotonic() - got
                    getting += got - began
                    turns += 1
            print(turns * size / getting / 1e6, turns * size / copying / 1e6)
            """;

    @Override
    public String name() {
        return "local";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        Path socket = workplace.folder("local").resolve("socket");
        try (var arena = Arena.ofShared();
                var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                        FLASH_BYTES, "--local-socket", socket.toString());
                var redis = Peers.redis(workplace);
                var client = LocalClient.connect(socket)) {
            MemorySegment sources = arena.allocate((long) VALUES * VALUE_BYTES, 4096);
            MemorySegment target = arena.allocate(VALUE_BYTES, 4096);
            fill(client, sources, target);
            LoadPlan ours = overLoopback(varve.resp());
            LoadPlan theirs = overLoopback(redis.address());
            Load.run(ours.fill()).clean(false);
            Load.run(theirs.fill()).clean(false);
            var rows = new ArrayList<Row>();
            rows.addAll(compare("local GET 8 MiB, one client", COPY_BAR,
                    (round, millis) -> takeTurns(client, sources, target, round, millis),
                    List.of(new Comparison.Peer(side("Redis over loopback", theirs), REDIS_BAR),
                            new Comparison.Peer(side("Varve's Redis door", ours), 0)),
                    options));
            rows.addAll(compare("the same in Python, get_into", 0,
                    (round, millis) -> python(options, workplace, socket, round, millis),
                    List.of(), options));
            return rows;
        }
    }

    /// Stores all values and looks whether each is read as it was stored.
    private static void fill(LocalClient client, MemorySegment sources, MemorySegment target) {
        var random = new SplittableRandom(VALUES);
        for (long at = 0; at < sources.byteSize(); at += Long.BYTES) {
            sources.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        for (int i = 0; i < VALUES; i++) {
            client.put(key(i), source(sources, i));
        }
        for (int i = 0; i < VALUES; i++) {
            get(client, i, target);
            if (target.mismatch(source(sources, i)) >= 0) {
                throw new IllegalStateException("value " + i + " is not what was stored");
            }
        }
    }

    private static void get(LocalClient client, int index, MemorySegment target) {
        if (client.getInto(key(index), target).orElse(0) != VALUE_BYTES) {
            throw new IllegalStateException("value " + index + " is gone");
        }
    }

    /// What one round of taking turns gave, in MB/s.
    private record Turns(double getting, double copying) {}

    /// A round of taking turns.
    private interface Turning {
        Turns measure(int round, long millis) throws Exception;
    }

    private static List<Row> compare(
            String work,
            double copyBar,
            Turning turning,
            List<Comparison.Peer> others,
            BenchOptions options) throws Exception {
        var latest = new ArrayDeque<Turns>(1);
        Side getting = Side.of("Varve", (round, millis) -> {
            latest.clear();
            latest.add(turning.measure(round, millis));
            return latest.getFirst().getting();
        });
        Side copying = Side.of("copying within the process, one core",
                (_, _) -> latest.getFirst().copying());
        var peers = new ArrayList<Comparison.Peer>();
        peers.add(new Comparison.Peer(copying, copyBar));
        peers.addAll(others);
        return new Comparison(work, "MB/s", getting, peers).run(options);
    }

    private static Turns takeTurns(
            LocalClient client,
            MemorySegment sources,
            MemorySegment target,
            int round,
            long millis) {
        var random = new SplittableRandom(round);
        long end = System.nanoTime() + millis * 1_000_000;
        long getting = 0;
        long copying = 0;
        long bytes = 0;
        for (long now = System.nanoTime(); now < end;) {
            get(client, random.nextInt(VALUES), target);
            long got = System.nanoTime();
            target.copyFrom(source(sources, random.nextInt(VALUES)));
            long copied = System.nanoTime();
            getting += got - now;
            copying += copied - got;
            bytes += VALUE_BYTES;
            now = copied;
        }
        return new Turns(bytes * 1e3 / getting, bytes * 1e3 / copying);
    }

    private static LoadPlan overLoopback(InetSocketAddress address) {
        return LoadPlan.gets(RespDialect::new, address, 1, VALUES, VALUE_BYTES);
    }

    private static Side side(String name, LoadPlan plan) {
        return Side.of(name, (round, millis) -> Load
                .run(plan.seeded(round).lasting(Duration.ofMillis(millis)))
                .clean(false)
                .megabytesPerSecond());
    }

    private static Turns python(
            BenchOptions options,
            Workplace workplace,
            Path socket,
            int round,
            long millis) throws IOException, InterruptedException {
        Path clients = options.launcher().resolveSibling("clients").resolve("python");
        String[] figures = ChildProcess.run(workplace.folder("logs"), "python",
                PYTHON_LIMIT, List.of("env", "PYTHONPATH=" + clients, "PYTHONDONTWRITEBYTECODE=1",
                        "python3", "-c", PYTHON, socket.toString(), Integer.toString(VALUES),
                        Integer.toString(VALUE_BYTES), Long.toString(millis),
                        Integer.toString(round)))
                .strip()
                .split(" ", 2);
        return new Turns(Double.parseDouble(figures[0]), Double.parseDouble(figures[1]));
    }

    private static MemorySegment source(MemorySegment sources, int index) {
        return sources.asSlice((long) index * VALUE_BYTES, VALUE_BYTES);
    }

    private static byte[] key(int index) {
        return ("local:" + index).getBytes(StandardCharsets.UTF_8);
    }
}

package dev.varve.checks.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Kills the server again and again under mixed load, and after each kill checks
///
///   - that the folder verifies offline,
///   - that every acknowledged durable write and deletion holds, to the last byte, and that
///     listings say the same,
///   - that a cached key is right or not there, and never an older version than the last
///     acknowledged one.
///
/// A change that had no answer when the server died may have happened or not, but as a whole. Some
/// kills hit the server while it stops in order, some while it recovers from the kill before.
///
/// The instants and all choices of the load follow from the seed; how far the server gets by then
/// does not, so a seed repeats the plan of a run and not each of its steps.
///
/// Confined to one thread, which waits for the workers.
final class CrashHarness {
    private static final int MIN_LOAD_MILLIS = 300;
    private static final int MAX_LOAD_MILLIS = 3000;
    private static final int MAX_STOP_MILLIS = 1000;
    private static final int MAX_START_MILLIS = 2500;
    private static final int STOPPING_PERCENT = 15;
    private static final int STARTING_PERCENT = 20;

    private final Path folder;
    private final Sabotage sabotage;
    private final SplittableRandom random;
    private final Tally tally = new Tally();
    private final List<Worker> workers;

    /// What happens to the data folder after a kill, so that the harness can show that it notices.
    @FunctionalInterface
    interface Sabotage {
        /// Leaves the folder as it is.
        Sabotage NONE = data -> {};

        void strike(Path data) throws IOException;
    }

    /// @param folder empty; everything stays in it
    CrashHarness(Path folder, long seed, Sabotage sabotage) {
        this.folder = folder;
        this.sabotage = sabotage;
        this.random = new SplittableRandom(seed);
        this.workers = List.of(new CacheWorker(1, tally), new CacheWorker(2, tally),
                new CacheWorker(3, tally), new DurableWorker(4, tally),
                new DurableWorker(5, tally), new DurableWorker(6, tally));
    }

    /// Runs so many cycles.
    ///
    /// @throws Violation at the first promise that is not kept
    Tally run(int cycles) throws Exception {
        ServerProcess server = start();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            server.awaitReady();
            try (S3Calls s3 = server.s3()) {
                s3.createBucket();
            }
            for (int cycle = 1; cycle <= cycles; cycle++) {
                try {
                    killUnderLoad(server, threads);
                    sabotage.strike(data());
                    ServerProcess.verify(data(), folder.resolve("verify.log"));
                    server = restart();
                    check(server);
                } catch (Violation e) {
                    throw new Violation("cycle " + cycle + ": " + e.getMessage());
                }
            }
            return tally;
        } finally {
            server.close();
        }
    }

    private void killUnderLoad(ServerProcess server, ExecutorService threads) throws Exception {
        var running = new ArrayList<Future<?>>();
        for (Worker worker : workers) {
            long seed = random.nextLong();
            running.add(threads.submit(() -> {
                worker.work(server, seed);
                return worker;
            }));
        }
        Thread.sleep(random.nextInt(MIN_LOAD_MILLIS, MAX_LOAD_MILLIS));
        if (!server.isAlive()) {
            throw new Violation("the server ended by itself");
        }
        if (random.nextInt(100) < STOPPING_PERCENT) {
            server.askToStop();
            Thread.sleep(random.nextInt(MAX_STOP_MILLIS));
        }
        server.kill();
        for (Future<?> worker : running) {
            await(worker);
        }
    }

    /// Starts the server, now and then in vain.
    private ServerProcess restart() throws IOException, InterruptedException, Violation {
        while (random.nextInt(100) < STARTING_PERCENT) {
            try (ServerProcess server = start()) {
                Thread.sleep(random.nextInt(MAX_START_MILLIS));
                server.kill();
            }
        }
        ServerProcess server = start();
        server.awaitReady();
        return server;
    }

    private void check(ServerProcess server) throws Violation, IOException, InterruptedException {
        try {
            for (Worker worker : workers) {
                worker.check(server);
            }
        } catch (Violation | IOException | InterruptedException e) {
            server.close();
            throw e;
        }
    }

    /// Starts the server with compression or without: what one life wrote, the next must read.
    private ServerProcess start() throws IOException {
        return ServerProcess.start(data(), folder.resolve("server.log"), "40m", "1g",
                "--compression", random.nextBoolean() ? "always" : "never");
    }

    private Path data() {
        return folder.resolve("data");
    }

    private static void await(Future<?> worker) throws Exception {
        try {
            worker.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Violation violation ? violation : e;
        }
    }
}

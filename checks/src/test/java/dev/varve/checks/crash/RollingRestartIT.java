package dev.varve.checks.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/// Restarts of the real server under load, in order by SIGTERM and by kill -9 in turn: how much of
/// the cache is there again, and that none of it is wrong. Clients whose connection breaks come
/// back to the next server.
@Tag("real-server")
final class RollingRestartIT {
    private static final String RESTARTS = "varve.restarts";
    private static final String SEED = "varve.restarts.seed";
    private static final int CLIENTS = 3;
    /// More than memory holds.
    private static final int KEYS = 400;
    private static final int VALUE_BYTES = 150_000;
    private static final int LOAD_MILLIS = 700;
    private static final double KEPT_BAR = 0.95;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();

    @Test
    void keepsTheCacheOverRestarts() throws Exception {
        int restarts = Integer.getInteger(RESTARTS, 3);
        long seed = Long.getLong(SEED, new Random().nextLong());
        System.out.println(
                "rolling restarts: -D" + SEED + "=" + seed + " -D" + RESTARTS + "=" + restarts);
        var random = new SplittableRandom(seed);
        var stopped = new ArrayList<Double>();
        var killed = new ArrayList<Double>();

        var server = start();
        try {
            for (int restart = 0; restart < restarts; restart++) {
                boolean inOrder = restart % 2 == 0;
                loadUntilItEnds(server, random, inOrder);
                server = start();
                (inOrder ? stopped : killed).add(kept(server));
            }
        } finally {
            server.close();
        }

        System.out.println(String.format(Locale.ROOT,
                "rolling restarts: %d under load (%,d writes, %,d reads, none wrong); of the"
                        + " acknowledged keys kept: by SIGTERM %s, by kill -9 %s",
                restarts, writes.get(), reads.get(), shares(stopped), shares(killed)));
        assertThat(stopped).as("kept over restarts in order")
                .allSatisfy(share -> assertThat(share).isGreaterThanOrEqualTo(KEPT_BAR));
        assertThat(reads.get()).isPositive();
    }

    private void loadUntilItEnds(ServerProcess server, SplittableRandom random, boolean inOrder)
            throws Exception {
        try (var threads = Executors.newCachedThreadPool()) {
            var clients = new ArrayList<Future<?>>();
            for (int i = 0; i < CLIENTS; i++) {
                long seed = random.nextLong();
                clients.add(threads.submit(() -> {
                    load(server, new SplittableRandom(seed));
                    return seed;
                }));
            }
            Thread.sleep(LOAD_MILLIS);
            if (inOrder) {
                server.stop();
            } else {
                server.kill();
            }
            for (var client : clients) {
                client.get();
            }
        }
    }

    /// Reads keys, and writes those that are not there, until the connection breaks.
    private void load(ServerProcess server, SplittableRandom random) throws Violation {
        try (var redis = server.redis()) {
            while (true) {
                int key = random.nextInt(KEYS);
                if (!isRight(redis, key)) {
                    String reply = redis.set(name(key), value(key));
                    if (!reply.equals("OK")) {
                        throw new Violation("SET was answered by " + reply);
                    }
                    acknowledged.add(key);
                    writes.incrementAndGet();
                }
            }
        } catch (JedisConnectionException ended) {
            // The server has gone; the next load comes to the next one.
        }
    }

    /// The share of the acknowledged keys that are there; forgets the others.
    private double kept(ServerProcess server) throws Violation {
        var there = new HashSet<Integer>();
        try (var redis = server.redis()) {
            for (int key : acknowledged) {
                if (isRight(redis, key)) {
                    there.add(key);
                }
            }
        }
        double share = (double) there.size() / acknowledged.size();
        acknowledged.retainAll(there);
        return share;
    }

    /// @return false if it is not there
    private boolean isRight(Jedis redis, int key) throws Violation {
        byte[] found = redis.get(name(key));
        reads.incrementAndGet();
        if (found != null && !Arrays.equals(found, value(key))) {
            throw new Violation("key " + key + " has wrong bytes");
        }
        return found != null;
    }

    private ServerProcess start() throws Exception {
        var server = ServerProcess.start(folder.resolve("data"), folder.resolve("server.log"));
        server.awaitReady();
        return server;
    }

    private static String shares(List<Double> shares) {
        var statistics = shares.stream().mapToDouble(share -> 100 * share).summaryStatistics();
        return String.format(Locale.ROOT, "%.1f %% (at least %.1f %%)", statistics.getAverage(),
                shares.isEmpty() ? 0 : statistics.getMin());
    }

    private static byte[] name(int key) {
        return ("rolling-" + key).getBytes(UTF_8);
    }

    private static byte[] value(int key) {
        var bytes = new byte[VALUE_BYTES];
        new Random(key).nextBytes(bytes);
        return bytes;
    }
}

package dev.varve.checks.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/// Sets, deletes and gets keys of a cache bucket over the Redis protocol.
///
/// Confined to its thread while it runs.
final class CacheWorker implements Worker {
    private static final int KEYS = 48;

    private final List<KeyHistory> histories = new ArrayList<>();
    private final Tally tally;

    /// @param number of the worker: it owns the keys from number times 1000 on
    CacheWorker(int number, Tally tally) {
        this.tally = tally;
        for (int i = 0; i < KEYS; i++) {
            histories.add(new KeyHistory(number * 1000L + i, true));
        }
    }

    @Override
    public void work(ServerProcess server, long seed) throws Violation {
        var random = new SplittableRandom(seed);
        try (Jedis redis = server.redis()) {
            while (true) {
                KeyHistory history = histories.get(random.nextInt(KEYS));
                if (random.nextInt(100) < 30) {
                    read(redis, history);
                    tally.reads.increment();
                } else {
                    change(redis, history, random);
                }
            }
        } catch (JedisConnectionException gone) {
            return;
        }
    }

    @Override
    public void check(ServerProcess server) throws Violation, IOException {
        try (Jedis redis = server.redis()) {
            for (KeyHistory history : histories) {
                (read(redis, history) ? tally.cachedHits : tally.cachedMisses).increment();
            }
        } catch (JedisConnectionException e) {
            throw new IOException(e);
        }
    }

    private void change(Jedis redis, KeyHistory history, RandomGenerator random) {
        boolean delete = random.nextInt(100) < 15;
        byte[] value = delete ? new byte[0] : Content.of(history.key(), history.beginPut());
        if (delete) {
            history.beginDelete();
        }
        try {
            if (delete) {
                redis.del(name(history));
            } else {
                redis.set(name(history), value);
            }
            history.acknowledge();
            (delete ? tally.deletes : tally.puts).increment();
        } catch (JedisConnectionException gone) {
            history.leaveOpen();
            tally.open.increment();
            throw gone;
        } catch (JedisDataException refused) {
            history.leaveOpen();
            tally.refused.increment();
        }
    }

    /// @return whether it was there
    private static boolean read(Jedis redis, KeyHistory history) throws Violation {
        Optional<byte[]> value = Optional.ofNullable(redis.get(name(history)));
        history.observe(value.isEmpty()
                ? KeyHistory.ABSENT
                : Content.versionOf(history.key(), value.get()));
        return value.isPresent();
    }

    private static byte[] name(KeyHistory history) {
        return ("key-" + history.key()).getBytes(StandardCharsets.US_ASCII);
    }
}

package dev.varve.replay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.varve.env.Clock;
import dev.varve.replay.LoadCost.Measured;
import dev.varve.replay.TierCounters.Served;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Measures how long a server takes to hand out values of two sizes, from memory and from flash,
/// one request at a time. A client cannot see where a value came from, so each GET stands between
/// two readings of the server's own counters.
///
/// Writes a few values of its own, asks the server to let them leave memory, and deletes them.
///
/// Confined.
public final class LoadProbe {
    private static final int SMALL_BYTES = 64 << 10;
    private static final int LARGE_BYTES = 4 << 20;
    private static final int VALUES = 8;
    private static final int MAX_ROUNDS = 200;
    private static final long ROUND_NANOS = 10_000_000;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final RespEndpoint endpoint;
    private final Clock clock;

    public LoadProbe(RespEndpoint endpoint, Clock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
    }

    /// What was measured: medians of a small and a large value.
    ///
    /// @param flash empty where the server does not tell its tiers apart, or would not let the
    ///              values leave memory
    public record Loads(Tier memory, Optional<Tier> flash) {}

    /// One tier.
    public record Tier(Measured small, Measured large) {
        /// What a value of 64 KiB took.
        public long smallNanos() {
            return small.nanos();
        }

        LoadCost cost() {
            return LoadCost.through(small, large);
        }
    }

    /// Measures.
    ///
    /// @throws dev.varve.env.StorageException if the server cannot be reached
    /// @throws RespErrorReply if it refuses to keep the values
    public Loads measure() {
        try (var client = RespClient.connect(endpoint, CONNECT_TIMEOUT)) {
            var small = measure(client, SMALL_BYTES);
            var large = measure(client, LARGE_BYTES);
            var memory = new Tier(small.memory, large.memory);
            return new Loads(memory, small.flash.flatMap(
                    first -> large.flash.map(second -> new Tier(first, second))));
        }
    }

    private Pair measure(RespClient client, int bytes) {
        var value = ByteBuffer.allocateDirect(bytes);
        var keys = new ArrayList<String>();
        for (int i = 0; i < VALUES; i++) {
            keys.add("varve-load-probe@" + bytes + "@" + i);
            BlockContent.fill(i, value.clear());
            client.set(keys.get(i).getBytes(US_ASCII), value);
        }
        try {
            // The first reading warms both sides up.
            keys.forEach(key -> timedGet(client, key, value));
            var memory = keys.stream().map(key -> timedGet(client, key, value)).toList();
            return new Pair(median(bytes, memory), fromFlash(client, keys, value)
                    .map(nanos -> median(bytes, nanos)));
        } finally {
            keys.forEach(key -> client.text("DEL", key));
        }
    }

    /// Asks for the values to leave memory and reads them, until each was read from flash once.
    private Optional<List<Long>> fromFlash(
            RespClient client,
            List<String> keys,
            ByteBuffer value) {
        var tiers = TierCounters.of(client);
        if (tiers.served().isEmpty()) {
            return Optional.empty();
        }
        var nanos = new ArrayList<Long>();
        var left = new ArrayList<>(keys);
        for (int round = 0; round < MAX_ROUNDS && !left.isEmpty(); round++) {
            try {
                left.forEach(key -> client.text("VARVE", "DEMOTE", key));
            } catch (RespErrorReply _) {
                return Optional.empty();
            }
            clock.sleepNanos(ROUND_NANOS);
            left.removeIf(key -> {
                long before = flashBlocks(tiers);
                long took = timedGet(client, key, value);
                boolean read = flashBlocks(tiers) > before;
                if (read) {
                    nanos.add(took);
                }
                return read;
            });
        }
        return left.isEmpty() ? Optional.of(nanos) : Optional.empty();
    }

    private static long flashBlocks(TierCounters tiers) {
        return tiers.served().map(Served::flashBlocks).orElse(0L);
    }

    private long timedGet(RespClient client, String key, ByteBuffer value) {
        long start = clock.nanoTime();
        client.get(key.getBytes(US_ASCII), value.clear());
        return clock.nanoTime() - start;
    }

    private static Measured median(int bytes, List<Long> nanos) {
        var sorted = nanos.stream().sorted().toList();
        return new Measured(bytes, sorted.get(sorted.size() / 2));
    }

    private record Pair(Measured memory, Optional<Measured> flash) {}
}

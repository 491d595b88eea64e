package dev.varve.replay;

import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.OptimalCache;
import dev.varve.policy.PolicyCache;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Runs traffic against an eviction policy alone: no bytes, no server, no time. A missed block
/// comes in at once. The policy hears in which order blocks belong together only where a trace has
/// prompts.
///
/// Confined.
public final class PolicyReplay {
    private final PolicyCache cache;
    private final long blockBytes;
    /// Traces may use any id, and policies reserve one, so blocks are numbered from 1 as they
    /// appear.
    private final Map<Long, Integer> numbers = new HashMap<>();
    /// The block before in the same prompt.
    private long predecessor = EvictionPolicy.NONE;

    private PolicyReplay(EvictionPolicy policy, long capacityBytes, long blockBytes) {
        checkCapacity(capacityBytes, blockBytes);
        cache = new PolicyCache(policy, capacityBytes);
        this.blockBytes = blockBytes;
    }

    /// What came of it.
    ///
    /// @param references lookups: blocks of all requests but writes and deletes
    /// @param hits       references to a block that was present
    /// @param prefixHits hits with no miss before them in their request: those that save a language
    ///                   model work
    public record Outcome(long references, long hits, long prefixHits) {

        /// Hits of all references; 0 if there are none.
        public double hitRatio() {
            return references == 0 ? 0 : (double) hits / references;
        }

        /// Prefix hits of all references; 0 if there are none.
        public double prefixHitRatio() {
            return references == 0 ? 0 : (double) prefixHits / references;
        }
    }

    /// Reads traffic to its end, and closes it.
    ///
    /// @param policy        fresh, used by nobody else
    /// @param capacityBytes what the blocks present may take, at least one block
    /// @param blockBytes    size of every block whose size the trace does not tell
    public static Outcome run(
            Traffic traffic,
            EvictionPolicy policy,
            long capacityBytes,
            long blockBytes) {
        var replay = new PolicyReplay(policy, capacityBytes, blockBytes);
        try (traffic) {
            long references = 0;
            long hits = 0;
            long prefixHits = 0;
            for (var next = traffic.next(); next.isPresent(); next = traffic.next()) {
                var request = next.orElseThrow();
                boolean prefix = true;
                replay.predecessor = EvictionPolicy.NONE;
                for (long id : request.blockIds()) {
                    boolean hit = replay.apply(request, id);
                    if (request.operation().isLookup()) {
                        prefix &= hit;
                        references++;
                        hits += hit ? 1 : 0;
                        prefixHits += prefix ? 1 : 0;
                    }
                }
            }
            return new Outcome(references, hits, prefixHits);
        }
    }

    /// Reads traffic to its end, and closes it.
    ///
    /// @param capacityBytes what the blocks present may take, at least one block
    /// @param blockBytes    size of every block
    /// @return the hit ratio that no policy can pass; see [OptimalCache]
    public static double optimalHitRatio(Traffic traffic, long capacityBytes, long blockBytes) {
        checkCapacity(capacityBytes, blockBytes);
        long[] ids = new long[1024];
        int count = 0;
        try (traffic) {
            for (var next = traffic.next(); next.isPresent(); next = traffic.next()) {
                for (long id : next.orElseThrow().blockIds()) {
                    if (count == ids.length) {
                        ids = Arrays.copyOf(ids, 2 * count);
                    }
                    ids[count++] = id;
                }
            }
        }
        long hits = OptimalCache.hits(Arrays.copyOf(ids, count), capacityBytes / blockBytes);
        return new Outcome(count, hits, 0).hitRatio();
    }

    private static void checkCapacity(long capacityBytes, long blockBytes) {
        if (blockBytes < 1 || capacityBytes < blockBytes) {
            throw new IllegalArgumentException("capacity (" + capacityBytes
                    + " bytes) must be at least one block (" + blockBytes + " bytes)");
        }
    }

    /// @return whether it was a lookup of a block that was present
    private boolean apply(TraceRequest request, long id) {
        int number = numbers.computeIfAbsent(id, _ -> numbers.size() + 1);
        long sizeBytes = request.sizeBytes(blockBytes);
        return switch (request.operation()) {
            case PROMPT -> {
                boolean hit = cache.reference(number, sizeBytes, predecessor);
                predecessor = number;
                yield hit;
            }
            case FETCH -> cache.reference(number, sizeBytes);
            case READ -> cache.lookUp(number);
            case EXISTS -> cache.contains(number);
            case WRITE -> {
                cache.store(number, sizeBytes);
                yield false;
            }
            case DELETE -> {
                cache.remove(number);
                yield false;
            }
            case TOUCH -> false;
        };
    }
}

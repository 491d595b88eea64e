package dev.varve.replay;

import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// What is characteristic of some traffic for a cache.
///
/// @param requests        how many there are
/// @param references      lookups: blocks of all requests but writes, deletes and the like
/// @param idealHits       lookups that a cache without limits would serve
/// @param distinctBlocks  different blocks of all requests: what a replay writes
/// @param sizedBlocks     different blocks whose size the trace tells
/// @param sizedBytes      sizes of those, the latest of each, all together
/// @param blocksSeenOnce  different blocks that only one request has
/// @param reuseAgeSeconds how long after its last use a block is used again, by percentile
/// @param durationSeconds from the first request to the last
///
/// Immutable.
public record TrafficStatistics(
        long requests,
        long references,
        long idealHits,
        long distinctBlocks,
        long sizedBlocks,
        long sizedBytes,
        long blocksSeenOnce,
        Percentiles reuseAgeSeconds,
        double durationSeconds) {

    /// Four points of a distribution; 0 where it is empty.
    public record Percentiles(double p50, double p80, double p90, double p99) {}

    private static final long MAX_AGE_MILLIS = 1L << 40;

    /// Reads traffic to its end, and closes it.
    public static TrafficStatistics of(Traffic traffic) {
        try (traffic) {
            long requests = 0;
            long references = 0;
            long idealHits = 0;
            long firstMillis = 0;
            long lastMillis = 0;
            Map<Long, Use> uses = new HashMap<>();
            var ages = new Histogram(MAX_AGE_MILLIS, 3);
            for (var next = traffic.next(); next.isPresent(); next = traffic.next()) {
                var request = next.orElseThrow();
                long now = request.timestampMillis();
                firstMillis = requests == 0 ? now : firstMillis;
                lastMillis = now;
                requests++;
                boolean lookup = request.operation().isLookup();
                references += lookup ? request.blockIds().length : 0;
                for (long id : request.blockIds()) {
                    var use = uses.get(id);
                    if (use == null) {
                        use = new Use(now);
                        uses.put(id, use);
                    } else {
                        ages.recordValue(Math.clamp(now - use.lastMillis, 0, MAX_AGE_MILLIS));
                        use.lastMillis = now;
                        use.again = true;
                    }
                    idealHits += lookup && use.stored ? 1 : 0;
                    use.follow(request);
                }
            }
            long once = uses.values().stream().filter(use -> !use.again).count();
            long sized = uses.values().stream().filter(Use::isSized).count();
            long bytes = uses.values()
                    .stream()
                    .filter(Use::isSized)
                    .mapToLong(use -> use.sizeBytes)
                    .sum();
            return new TrafficStatistics(requests, references, idealHits, uses.size(), sized, bytes,
                    once,
                    percentiles(ages), (lastMillis - firstMillis) / 1e3);
        }
    }

    /// The share of references that a cache without limits would serve.
    public double idealHitRatio() {
        return references == 0 ? 0 : (double) idealHits / references;
    }

    /// Size of all different blocks together, where unknown ones have this many bytes.
    public long dataBytes(long unknownBytes) {
        return sizedBytes + (distinctBlocks - sizedBlocks) * unknownBytes;
    }

    /// The share of different blocks that only one request has.
    public double seenOnceRatio() {
        return distinctBlocks == 0 ? 0 : (double) blocksSeenOnce / distinctBlocks;
    }

    /// Mean number of blocks of a request.
    public double blocksPerRequest() {
        return requests == 0 ? 0 : (double) references / requests;
    }

    private static Percentiles percentiles(Histogram millis) {
        return new Percentiles(
                millis.getValueAtPercentile(50) / 1e3,
                millis.getValueAtPercentile(80) / 1e3,
                millis.getValueAtPercentile(90) / 1e3,
                millis.getValueAtPercentile(99) / 1e3);
    }

    private static final class Use {
        private long lastMillis;
        private long sizeBytes = TraceRequest.SIZE_UNKNOWN;
        private boolean again;
        private boolean stored;

        Use(long millis) {
            lastMillis = millis;
        }

        boolean isSized() {
            return sizeBytes != TraceRequest.SIZE_UNKNOWN;
        }

        /// What the block is after a request.
        void follow(TraceRequest request) {
            stored = switch (request.operation()) {
                case PROMPT, FETCH, WRITE -> true;
                case DELETE -> false;
                case READ, EXISTS, TOUCH -> stored;
            };
            sizeBytes = request.sizeBytes(sizeBytes);
        }
    }
}

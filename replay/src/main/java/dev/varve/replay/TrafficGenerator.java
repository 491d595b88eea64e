package dev.varve.replay;

import java.util.Arrays;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Invents an hour of chat traffic that has the statistics of a real hour: the conversation trace
/// of kvcache-ai/Mooncake (FAST 2025), in which 7,373 conversations make 12,031 requests.
///
/// Conversations begin at random instants. All share the first block, a system prompt. A *chat*
/// goes on where it was: its next request has the blocks of the one before, but for the last, which
/// was not full, and some new ones: mostly one or two (a short question), else about eight (a
/// pasted text). A *template* keeps the same first blocks throughout and follows them with
/// something new each time. The longer a conversation already is, the likelier it goes on; the
/// pause before the next request is lognormal with a median of 156 s.
///
/// The numbers below were fitted so that the figures of [TrafficStatistics] meet those of the
/// trace: 75.8 % of blocks are seen once, an infinite cache would serve 36.6 % of the references, a
/// request has 24 blocks, and a block comes back after 114 s (median), 324 s (p80), 519 s (p90),
/// 1,578 s (p99). What was not fitted, the hit ratio of LRU at several sizes, comes out close too;
/// `TrafficTest` states how close.
///
/// The amount of data is chosen by the number of distinct blocks, which scales the number of
/// conversations and leaves the hour an hour. The same seed gives the same traffic.
///
/// Confined to one thread at a time.
public final class TrafficGenerator implements Traffic {
    /// Distinct blocks of the real hour.
    public static final int REAL_BLOCKS = 182_790;

    /// Fewer would be too few conversations to have statistics.
    public static final int MIN_BLOCKS = 10_000;

    private static final long HOUR_MILLIS = 3_600_000;
    /// Conversations begun in an hour that has as many distinct blocks as the real one.
    private static final double CONVERSATIONS = 7_600;
    private static final int MAX_BLOCKS_PER_REQUEST = 247;

    private static final Lognormal FIRST_BLOCKS = new Lognormal(9.9, 1.25);
    private static final Lognormal PAUSE_MILLIS = new Lognormal(156_000, 1.21);
    private static final double TEMPLATE_SHARE = 0.13;
    private static final Lognormal TEMPLATE_NEW_BLOCKS = new Lognormal(18.5, 0.73);
    private static final double SHORT_QUESTION_SHARE = 0.66;
    private static final Lognormal LONG_QUESTION_BLOCKS = new Lognormal(8.5, 0.75);
    /// How likely a conversation goes on: from the first value after its first request, towards the
    /// second one.
    private static final double GOES_ON_FIRST = 0.315;
    private static final double GOES_ON_LATE = 0.82;
    private static final double GOES_ON_REQUESTS = 2.9;
    private static final Lognormal ANSWER_TOKENS = new Lognormal(300, 0.7);

    private final int distinctBlocks;
    private final long seed;
    private final RandomGenerator random;
    private final double millisPerConversation;
    private final PriorityQueue<Conversation> waiting = new PriorityQueue<>();
    private double nextArrivalMillis;
    private long blocks;

    /// @param distinctBlocks about how many different blocks the whole traffic has, at least
    ///        10,000; exact counts differ from seed to seed by some percent
    /// @param seed           chooses the traffic
    public TrafficGenerator(int distinctBlocks, long seed) {
        if (distinctBlocks < MIN_BLOCKS) {
            throw new IllegalArgumentException(
                    "number of distinct blocks (" + distinctBlocks + ") must be at least "
                            + MIN_BLOCKS);
        }
        this.distinctBlocks = distinctBlocks;
        this.seed = seed;
        random = new SplittableRandom(seed);
        millisPerConversation = HOUR_MILLIS / (CONVERSATIONS * distinctBlocks / REAL_BLOCKS);
        nextArrivalMillis = -Math.log(1 - random.nextDouble()) * millisPerConversation;
        blocks = 1;
    }

    @Override
    public Optional<TraceRequest> next() {
        while (true) {
            var first = waiting.peek();
            if (nextArrivalMillis <= HOUR_MILLIS
                    && (first == null || nextArrivalMillis < first.millis)) {
                var conversation = new Conversation(nextArrivalMillis);
                nextArrivalMillis -= Math.log(1 - random.nextDouble()) * millisPerConversation;
                return Optional.of(ask(conversation));
            }
            if (first == null) {
                return Optional.empty();
            }
            return Optional.of(ask(waiting.remove()));
        }
    }

    @Override
    public String description() {
        return "generated (seed " + seed + ", about " + distinctBlocks + " distinct blocks),"
                + " calibrated to the Mooncake conversation trace:"
                + " 75.8 % of blocks seen once, ideal hit ratio 36.6 %, reuse after 114 s (p50)";
    }

    @Override
    public void close() {}

    private TraceRequest ask(Conversation conversation) {
        conversation.extend();
        var ids = conversation.blockIds;
        int partial = 1 + random.nextInt(TraceRequest.TOKENS_PER_BLOCK);
        int inputTokens = (ids.length - 1) * TraceRequest.TOKENS_PER_BLOCK + partial;
        int outputTokens = 1 + (int) Math.min(2000, ANSWER_TOKENS.next(random));
        var request = new TraceRequest(
                (long) conversation.millis, inputTokens, outputTokens, ids);
        if (conversation.goesOn()) {
            conversation.millis += PAUSE_MILLIS.next(random);
            if (conversation.millis <= HOUR_MILLIS) {
                waiting.add(conversation);
            }
        }
        return request;
    }

    /// A block id that looks like a hash, never the same twice (the mix is a bijection).
    private long newBlock() {
        return Mix.of(Mix.of(seed) + blocks++);
    }

    private long systemPrompt() {
        return Mix.of(Mix.of(seed));
    }

    private final class Conversation implements Comparable<Conversation> {
        private double millis;
        private int requests;
        /// How many first blocks a template keeps; 0 for a chat.
        private int templateBlocks;
        private long[] blockIds = {};

        Conversation(double millis) {
            this.millis = millis;
        }

        void extend() {
            if (requests == 0) {
                grow(1, FIRST_BLOCKS.count(random, 2) - 1);
                blockIds[0] = systemPrompt();
                if (random.nextDouble() < TEMPLATE_SHARE) {
                    double u = random.nextDouble();
                    int rest = blockIds.length - 2;
                    templateBlocks = Math.min(blockIds.length - 1, 2 + (int) (u * u * rest));
                }
            } else if (templateBlocks > 0) {
                grow(templateBlocks, TEMPLATE_NEW_BLOCKS.count(random, 1));
            } else {
                grow(Math.max(1, blockIds.length - 1), questionBlocks());
            }
            requests++;
        }

        private int questionBlocks() {
            if (random.nextDouble() < SHORT_QUESTION_SHARE) {
                return random.nextInt(3) == 0 ? 1 : 2;
            }
            return LONG_QUESTION_BLOCKS.count(random, 1);
        }

        private void grow(int kept, int added) {
            int length = Math.min(MAX_BLOCKS_PER_REQUEST, kept + added);
            blockIds = Arrays.copyOf(blockIds, length);
            for (int i = kept; i < length; i++) {
                blockIds[i] = newBlock();
            }
        }

        boolean goesOn() {
            double likely = GOES_ON_LATE
                    - (GOES_ON_LATE - GOES_ON_FIRST)
                            * Math.exp(-(requests - 1) / GOES_ON_REQUESTS);
            return random.nextDouble() < likely;
        }

        @Override
        public int compareTo(Conversation other) {
            return Double.compare(millis, other.millis);
        }
    }

    /// A lognormal distribution.
    private record Lognormal(double median, double sigma) {
        double next(RandomGenerator random) {
            return median * Math.exp(sigma * random.nextGaussian());
        }

        int count(RandomGenerator random, int min) {
            return Math.clamp(Math.round(next(random)), min, MAX_BLOCKS_PER_REQUEST);
        }
    }
}

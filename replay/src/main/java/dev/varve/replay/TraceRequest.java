package dev.varve.replay;

/// One request to a cache: a whole prompt of a language model, or a single access.
///
/// In a [Operation#PROMPT] a block stands for some tokens and *all that precedes them*: an equal
/// id means an equal whole prefix, so the blocks of a request are useful only from the first one on
/// without a gap. In all other operations each block is a value of its own.
///
/// @param timestampMillis when it came, since the beginning of the trace
/// @param inputTokens     length of the prompt; 0 where it is none
/// @param outputTokens    length of the answer
/// @param tokensPerBlock  how many tokens a full block stands for
/// @param blockIds        the blocks in order; borrowed, not to be changed by anybody
/// @param sizeBytes       length of each block's value, or [#SIZE_UNKNOWN]
/// @param connection      who asked, a number from 1 on; 0 where the trace does not tell
///
/// Immutable, given that nobody changes the ids.
public record TraceRequest(
        long timestampMillis,
        Operation operation,
        int inputTokens,
        int outputTokens,
        int tokensPerBlock,
        @SuppressWarnings("ArrayRecordComponent") long[] blockIds,
        long sizeBytes,
        int connection) {
    /// How many tokens a full block stands for as a rule.
    public static final int TOKENS_PER_BLOCK = 512;

    /// Values have whatever length the replay gives them.
    public static final long SIZE_UNKNOWN = -1;

    /// Asks for nothing.
    public static final TraceRequest NOTHING = access(0, Operation.TOUCH, SIZE_UNKNOWN);

    /// What is done with the blocks.
    public enum Operation {
        /// They are asked for one after the other until one is not there; those that are there are
        /// read, all others written.
        PROMPT,
        /// Each is read, and written if it is not there.
        FETCH,
        /// Each is read. What is not there stays so: where it was written after, the trace says it.
        READ,
        /// Each is asked for without its bytes.
        EXISTS,
        WRITE,
        DELETE,
        /// Changes what no replay follows, such as an expiry.
        TOUCH;

        /// Whether it is a lookup, which hits or misses.
        public boolean isLookup() {
            return this == PROMPT || this == FETCH || this == READ || this == EXISTS;
        }
    }

    /// A prompt in blocks of 512 tokens.
    public TraceRequest(
            long timestampMillis,
            int inputTokens,
            int outputTokens,
            @SuppressWarnings("ArrayRecordComponent") long[] blockIds) {
        this(timestampMillis, Operation.PROMPT, inputTokens, outputTokens, TOKENS_PER_BLOCK,
                blockIds, SIZE_UNKNOWN, 0);
    }

    /// An access to some values of equal length.
    static TraceRequest access(
            long timestampMillis,
            Operation operation,
            long sizeBytes,
            long... ids) {
        return new TraceRequest(timestampMillis, operation, 0, 0, TOKENS_PER_BLOCK, ids, sizeBytes,
                0);
    }

    /// The same at another time.
    public TraceRequest at(long millis) {
        return new TraceRequest(millis, operation, inputTokens, outputTokens, tokensPerBlock,
                blockIds, sizeBytes, connection);
    }

    /// The same of other blocks.
    public TraceRequest of(@SuppressWarnings("ArrayRecordComponent") long... ids) {
        return new TraceRequest(timestampMillis, operation, inputTokens, outputTokens,
                tokensPerBlock, ids, sizeBytes, connection);
    }

    /// How many tokens of the prompt the first `blocks` blocks stand for. The last block of a
    /// prompt is as a rule not full.
    public long tokensOf(int blocks) {
        return Math.min((long) blocks * tokensPerBlock, inputTokens);
    }

    /// The length of a value, where unknown ones have this many bytes.
    public long sizeBytes(long unknownBytes) {
        return sizeBytes == SIZE_UNKNOWN ? unknownBytes : sizeBytes;
    }
}

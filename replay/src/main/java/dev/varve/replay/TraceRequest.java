package dev.varve.replay;

/// One request to a language model, as a KV cache sees it.
///
/// A block stands for 512 tokens of the prompt and *all that precedes them*: an equal id means an
/// equal whole prefix, so the blocks of a request are useful only from the first one on without a
/// gap.
///
/// @param timestampMillis when it came, since the beginning of the trace
/// @param inputTokens     length of the prompt
/// @param outputTokens    length of the answer
/// @param blockIds        the prompt's blocks in order; borrowed, not to be changed by anybody
///
/// Immutable, given that nobody changes the ids.
public record TraceRequest(
        long timestampMillis,
        int inputTokens,
        int outputTokens,
        @SuppressWarnings("ArrayRecordComponent") long[] blockIds) {
    /// How many tokens a full block stands for.
    public static final int TOKENS_PER_BLOCK = 512;

    /// How many tokens of the prompt the first `blocks` blocks stand for. The last block of a
    /// prompt is as a rule not full.
    public long tokensOf(int blocks) {
        return Math.min((long) blocks * TOKENS_PER_BLOCK, inputTokens);
    }
}

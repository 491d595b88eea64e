package dev.varve.replay;

/// What it costs to compute the KV of a prompt instead of loading it.
///
/// A token at depth `p` costs `1 + p / attentionDepth` times what the first one costs: the matrices
/// cost the same for each token, attention costs in proportion to what precedes it. A prefix of
/// `n` tokens therefore takes `(n + n² / (2 attentionDepth)) / tokensPerSecond` seconds. By the
/// count of operations of Kaplan et al., "Scaling Laws for Neural Language Models" (2020), section
/// 2.1, the two are equal at a depth of parameters / (2 · layers · width) tokens: about 30,000 for
/// a model of 8 · 10⁹ parameters with 32 layers of width 4096. Without that term the model is
/// linear, which underrates what loading saves of long prompts.
///
/// @param tokensPerSecond prefill speed of a short prompt, greater than 0
/// @param kvBytesPerToken what one token takes in the cache, at least 1
/// @param attentionDepth  the depth at which attention costs as much as all the rest, in tokens; 0
///                        leaves attention out
///
/// Immutable.
public record PrefillModel(double tokensPerSecond, long kvBytesPerToken, long attentionDepth) {

    public PrefillModel {
        if (!(tokensPerSecond > 0) || Double.isInfinite(tokensPerSecond)) {
            throw new IllegalArgumentException(
                    "prefill speed (" + tokensPerSecond + " tokens/s) must be greater than 0");
        }
        if (kvBytesPerToken < 1) {
            throw new IllegalArgumentException(
                    "KV of a token (" + kvBytesPerToken + " bytes) must be 1 or more");
        }
        if (attentionDepth < 0) {
            throw new IllegalArgumentException(
                    "attention depth (" + attentionDepth + " tokens) must be 0 or more");
        }
    }

    /// Seconds to compute prefixes.
    ///
    /// @param tokens        of all prefixes together
    /// @param squaredTokens the sum of the squares of their lengths
    double seconds(double tokens, double squaredTokens) {
        return (tokens + squaredTokens * squareShare()) / tokensPerSecond;
    }

    /// Seconds to compute one prefix.
    double seconds(double tokens) {
        return seconds(tokens, tokens * tokens);
    }

    /// The chunk at the beginning of a prompt from which one request for all of it is faster than
    /// computing it, in tokens; infinite where none is.
    double breakEvenChunk(LoadCost cost) {
        double gain = 1 / tokensPerSecond - kvBytesPerToken / cost.bytesPerSecond();
        double square = squareShare() / tokensPerSecond;
        if (square == 0) {
            return gain > 0 ? cost.requestSeconds() / gain : Double.POSITIVE_INFINITY;
        }
        return (Math.sqrt(gain * gain + 4 * square * cost.requestSeconds()) - gain) / (2 * square);
    }

    /// The prefix from which loading it is faster than computing it, where it consists of blocks
    /// that take one request each, in tokens; infinite where none is.
    double breakEvenPrefix(LoadCost cost, int tokensPerBlock) {
        double loss = cost.seconds(tokensPerBlock * (double) kvBytesPerToken) / tokensPerBlock
                - 1 / tokensPerSecond;
        double square = squareShare() / tokensPerSecond;
        if (square == 0) {
            return loss < 0 ? tokensPerBlock : Double.POSITIVE_INFINITY;
        }
        double blocks = Math.max(1, Math.ceil(loss / square / tokensPerBlock));
        return blocks * tokensPerBlock;
    }

    private double squareShare() {
        return attentionDepth == 0 ? 0 : 0.5 / attentionDepth;
    }
}

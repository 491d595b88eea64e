package dev.varve.replay;

/// Spreads the bits of a number over all 64 (the finalizer of SplitMix64: Steele, Lea, Flood,
/// OOPSLA 2014). A bijection.
public final class Mix {
    private Mix() {}

    public static long of(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}

package dev.varve.replay;

/// Stands numbers for the keys of foreign traces.
final class Keys {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Keys() {}

    /// A number is itself; of other texts two share one about once in 2^64 pairs (FNV-1a, of which
    /// the bits are spread).
    static long number(String key) {
        if (!key.isEmpty() && key.length() <= 18 && key.chars().allMatch(c -> c >= '0' && c <= '9')
                && (key.length() == 1 || key.charAt(0) != '0')) {
            return Long.parseLong(key);
        }
        long hash = FNV_OFFSET;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * FNV_PRIME;
        }
        return Mix.of(hash);
    }
}

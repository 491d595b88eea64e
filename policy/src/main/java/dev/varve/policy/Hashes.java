package dev.varve.policy;

/// What spreads ids.
public final class Hashes {
    private Hashes() {}

    /// The finaliser of MurmurHash3 (Appleby): each bit of the result depends on all of the id's.
    public static long mix(long id) {
        long h = id;
        h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
        h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
        return h ^ h >>> 33;
    }
}

package dev.varve.policy;

/// How likely each object is to be asked for again, as the traffic itself teaches it: a
/// [ChainPolicy] that has no cache, and is told of all that is asked for.
///
/// It remembers eight objects for each of those that the tier would hold, at most half a million in
/// some 30 MB. Where a tier holds more it looks less far ahead: as far as a tier of the size that
/// it can follow.
///
/// Confined.
final class ReuseForecast {
    /// Objects that the tier may hold before the forecast is made for a smaller one.
    static final int MAX_OBJECTS = 1 << 16;

    private ChainPolicy chains;
    private PolicyCache cache;

    /// @param capacityBytes of the tier, at least 1
    ReuseForecast(long capacityBytes) {
        chains = new ChainPolicy(capacityBytes);
        cache = new PolicyCache(chains, capacityBytes);
    }

    /// An object was read or written.
    ///
    /// @param sizeBytes at least 0
    void touched(long name, long sizeBytes) {
        cache.reference(name, sizeBytes);
        if (chains.count() > MAX_OBJECTS) {
            long capacityBytes = Math.max(1, chains.bytes());
            chains = new ChainPolicy(capacityBytes);
            cache = new PolicyCache(chains, capacityBytes);
            cache.reference(name, sizeBytes);
        }
    }

    /// See [EvictionPolicy#follows].
    void follows(long name, long predecessor) {
        chains.follows(name, predecessor);
    }

    /// The chance that an object is asked for again while the tier would hold it, 0 to 1.
    double chance(long name) {
        return chains.chance(name);
    }
}

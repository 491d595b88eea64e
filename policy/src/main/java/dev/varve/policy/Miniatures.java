package dev.varve.policy;

import java.util.List;
import java.util.function.LongFunction;

/// Shadow caches over a sample of the blocks, and how often each has hit lately.
///
/// A block belongs to the sample if the hash of its id is below a threshold, so that all of its
/// references do or none (Waldspurger, Park, Garthwaite, Ahmad: "Efficient MRC construction with
/// SHARDS", FAST 2015, section 3). A sample of one in R drives a cache of an Rth of the size
/// (Waldspurger, Saemundsson, Ahmad, Park: "Cache modeling and optimization using miniature
/// simulations", ATC 2017, section 3). The rate begins at 1 and is halved, with all shadows begun
/// anew, when a cache of the real size would hold more than a number of sampled blocks. So small
/// caches are simulated whole, and large ones cost what that number costs.
///
/// *Lately* is exponential decay by sampled references, with a half-life in sampled blocks that
/// the real cache holds.
///
/// Confined.
final class Miniatures {
    /// 1, as a threshold for the 32 bits of a hash.
    private static final long ALL = 1L << 32;
    /// Where the weight of a reference is brought back to 1; far from where doubles lose units.
    private static final double MAX_WEIGHT = 1e9;
    /// The least of it, in references: chance would speak louder.
    private static final double MIN_HALF_LIFE = 2048;

    private final List<Model> models;
    private final int maxBlocks;
    private final double halfLife;
    private final Departures departures;
    private final Shadow[] shadows;
    private final double[] hits;
    private double references;
    private double realHits;
    /// What the present reference counts; those before count less and less beside it.
    private double weight = 1;
    private double growth = 1;
    private long threshold = ALL;
    private long capacityBytes;
    private long counted;

    /// One shadow.
    ///
    /// @param factor its size as a multiple of the real cache's
    record Model(LongFunction<EvictionPolicy> policy, double factor) {}

    /// Hears which blocks a shadow let go.
    interface Departures {
        void left(int shadow, long id);
    }

    /// @param models        at most 32
    /// @param capacityBytes of the real cache
    /// @param maxBlocks     sampled blocks that a cache of the real size may hold
    /// @param halfLife      of what counts as lately, in sampled blocks that the real cache holds
    Miniatures(
            List<Model> models,
            long capacityBytes,
            int maxBlocks,
            double halfLife,
            Departures departures) {
        this.models = models;
        this.capacityBytes = capacityBytes;
        this.maxBlocks = maxBlocks;
        this.halfLife = halfLife;
        this.departures = departures;
        shadows = new Shadow[models.size()];
        hits = new double[models.size()];
        begin();
    }

    private void begin() {
        for (int i = 0; i < shadows.length; i++) {
            long bytes = sampledBytes(i);
            int shadow = i;
            shadows[i] = new Shadow(models.get(i).policy().apply(bytes), bytes,
                    id -> departures.left(shadow, id));
        }
    }

    private long sampledBytes(int shadow) {
        return Math.max(1, (long) (capacityBytes * models.get(shadow).factor() * rate()));
    }

    /// The part of the blocks that belongs to the sample.
    double rate() {
        return (double) threshold / ALL;
    }

    boolean isSampled(long id) {
        return threshold == ALL || (Hashes.mix(id) & ALL - 1) < threshold;
    }

    /// See [EvictionPolicy#follows]. Of a sample, most blocks have lost their predecessors.
    void follows(long id, long predecessor) {
        if (isSampled(id)) {
            for (var shadow : shadows) {
                shadow.follows(id, predecessor);
            }
        }
    }

    /// See [EvictionPolicy#broughtUp].
    void broughtUp(long id) {
        if (isSampled(id)) {
            for (var shadow : shadows) {
                shadow.broughtUp(id);
            }
        }
    }

    /// See [EvictionPolicy#reached].
    void reached(long id) {
        if (isSampled(id)) {
            for (var shadow : shadows) {
                shadow.reached(id);
            }
        }
    }

    /// A block is asked for.
    ///
    /// @param present whether the real cache has it
    /// @return a bit for each shadow that hit
    int reference(long id, long sizeBytes, boolean present) {
        if (!isSampled(id)) {
            return 0;
        }
        int hitters = 0;
        for (int i = 0; i < shadows.length; i++) {
            if (shadows[i].reference(id, sizeBytes)) {
                hitters |= 1 << i;
            }
        }
        count(hitters, present);
        return hitters;
    }

    private void count(int hitters, boolean present) {
        counted++;
        weight *= growth;
        references += weight;
        realHits += present ? weight : 0;
        for (int left = hitters; left != 0; left &= left - 1) {
            hits[Integer.numberOfTrailingZeros(left)] += weight;
        }
        if (weight > MAX_WEIGHT) {
            scale(1 / weight);
            weight = 1;
        }
    }

    private void scale(double factor) {
        references *= factor;
        realHits *= factor;
        for (int i = 0; i < hits.length; i++) {
            hits[i] *= factor;
        }
    }

    /// Fits the half-life and the rate to the number of blocks that the real cache holds when it is
    /// full.
    ///
    /// @return whether the rate was lowered, and all shadows are empty again
    boolean fit(int realBlocks) {
        boolean lowered = false;
        while (realBlocks * rate() > maxBlocks) {
            threshold >>= 1;
            lowered = true;
        }
        growth = Math.pow(2, 1 / Math.max(MIN_HALF_LIFE, halfLife * realBlocks * rate()));
        if (!lowered) {
            return false;
        }
        begin();
        scale(0);
        counted = 0;
        return true;
    }

    /// The real cache holds this much when it is full.
    void capacityBytes(long next) {
        capacityBytes = next;
        for (int i = 0; i < shadows.length; i++) {
            shadows[i].capacityBytes(sampledBytes(i));
        }
    }

    void remove(long id) {
        if (isSampled(id)) {
            for (var shadow : shadows) {
                shadow.remove(id);
            }
        }
    }

    Shadow shadow(int index) {
        return shadows[index];
    }

    int count() {
        return shadows.length;
    }

    /// References of the sample since it was begun.
    long counted() {
        return counted;
    }

    /// Hits of the references lately, 0 to 1.
    double hitRatio(int shadow) {
        return references == 0 ? 0 : hits[shadow] / references;
    }

    /// Hits of the real cache, of the same references.
    double realHitRatio() {
        return references == 0 ? 0 : realHits / references;
    }
}

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
/// the real cache holds. For each two shadows it is counted how often one hit where the other
/// missed: the difference of their hits is judged by those, as in a sign test.
///
/// Confined.
final class Miniatures {
    /// 1, as a threshold for the 32 bits of a hash.
    private static final long ALL = 1L << 32;
    /// Where the weight of a reference is brought back to 1; far from where doubles lose units.
    private static final double MAX_WEIGHT = 1e9;

    private final List<Model> models;
    private final int maxBlocks;
    private final double halfLife;
    private final double minHalfLife;
    private final Shadow[] shadows;
    private final double[] hits;
    private final double[][] wins;
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
    /// @param halfLife      in sampled blocks that the real cache holds
    /// @param minHalfLife   in references: below it, chance would decide
    Miniatures(
            List<Model> models,
            long capacityBytes,
            int maxBlocks,
            double halfLife,
            double minHalfLife) {
        this.models = models;
        this.capacityBytes = capacityBytes;
        this.maxBlocks = maxBlocks;
        this.halfLife = halfLife;
        this.minHalfLife = minHalfLife;
        shadows = new Shadow[models.size()];
        hits = new double[models.size()];
        wins = new double[models.size()][models.size()];
        begin();
    }

    private void begin() {
        for (int i = 0; i < shadows.length; i++) {
            long bytes = sampledBytes(i);
            shadows[i] = new Shadow(models.get(i).policy().apply(bytes), bytes);
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

    /// A sampled block is asked for.
    ///
    /// @param present whether the real cache has it
    void reference(long id, long sizeBytes, boolean present, Departures departures) {
        int hitters = 0;
        for (int i = 0; i < shadows.length; i++) {
            int shadow = i;
            if (shadows[i].reference(id, sizeBytes, gone -> departures.left(shadow, gone))) {
                hitters |= 1 << i;
            }
        }
        count(hitters, present);
    }

    private void count(int hitters, boolean present) {
        counted++;
        weight *= growth;
        references += weight;
        realHits += present ? weight : 0;
        int missers = (1 << shadows.length) - 1 & ~hitters;
        for (int left = hitters; left != 0; left &= left - 1) {
            int i = Integer.numberOfTrailingZeros(left);
            hits[i] += weight;
            for (int others = missers; others != 0; others &= others - 1) {
                wins[i][Integer.numberOfTrailingZeros(others)] += weight;
            }
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
            for (int j = 0; j < hits.length; j++) {
                wins[i][j] *= factor;
            }
        }
    }

    /// Fits the half-life and the rate to the number of blocks that the real cache holds.
    ///
    /// @return whether the rate was lowered, and all shadows are empty again
    boolean fit(int realBlocks) {
        double blocks = Math.max(minHalfLife, halfLife * realBlocks * rate());
        growth = Math.pow(2, 1 / blocks);
        if (realBlocks * rate() <= maxBlocks) {
            return false;
        }
        threshold >>= 1;
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
        for (var shadow : shadows) {
            shadow.remove(id);
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

    /// By how many standard deviations one shadow's hits exceed another's, if each reference where
    /// only one of them hit were a coin that was tossed.
    double lead(int shadow, int other) {
        double more = wins[shadow][other] / weight;
        double fewer = wins[other][shadow] / weight;
        return more + fewer == 0 ? 0 : (more - fewer) / Math.sqrt(more + fewer);
    }
}

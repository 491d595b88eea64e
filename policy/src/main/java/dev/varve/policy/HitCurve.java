package dev.varve.policy;

import java.util.ArrayList;
import java.util.List;

/// What the blocks of one part would hit in any share of the memory that all parts have together:
/// the figure by which they divide it. Its shadows see a sample and have fixed shares of memory,
/// not of the part's own: a part that has little would else not see what much would bring.
///
/// Each point is the best of a few policies, one of them good at what is asked for in turn, so
/// that it depends little on which is in force.
///
/// Confined.
final class HitCurve {
    private static final double[] SHARES = {1 / 16.0, 1 / 8.0, 1 / 4.0, 1 / 2.0, 3 / 4.0,
            1};
    /// Those that stand for all, where they are among the rivals.
    private static final List<String> POLICIES = List.of(
            PolicyName.LIRS.text(), PolicyName.LRU.text(), PolicyName.W_TINYLFU.text());
    /// Blocks that a shadow of all memory has, at most.
    private static final int SAMPLE_BLOCKS = 1024;
    /// How soon references are forgotten, in turnovers of all memory. Long: what is kept of a loop
    /// is hit in one stretch of it, so that the figures swing where the loop is longer.
    private static final double HALF_LIFE = 16;
    /// References after which it is believed.
    private static final int MIN_REFERENCES = 1024;

    private final Miniatures shadows;
    private final int policies;
    private long capacityBytes;

    /// @param rivals        at least one
    /// @param capacityBytes of all memory, at least 1
    /// @param sampleBlocks  no more blocks than this are sampled where all memory is theirs
    HitCurve(List<Rival> rivals, long capacityBytes, int sampleBlocks) {
        this.capacityBytes = capacityBytes;
        var chosen = rivals.stream().filter(rival -> POLICIES.contains(rival.name())).toList();
        var used = chosen.isEmpty() ? rivals.subList(0, 1) : chosen;
        policies = used.size();
        var models = new ArrayList<Miniatures.Model>();
        for (double share : SHARES) {
            used.forEach(rival -> models.add(new Miniatures.Model(rival.policy(), share)));
        }
        shadows = new Miniatures(models, capacityBytes, Math.min(SAMPLE_BLOCKS, sampleBlocks),
                HALF_LIFE, (_, _) -> {});
    }

    void follows(long id, long predecessor) {
        shadows.follows(id, predecessor);
    }

    void reference(long id, long sizeBytes, boolean present) {
        shadows.reference(id, sizeBytes, present);
    }

    void remove(long id) {
        shadows.remove(id);
    }

    /// @param blockBytes average size of a block
    void fit(double blockBytes) {
        shadows.fit((int) Math.min(Integer.MAX_VALUE, capacityBytes / Math.max(1, blockBytes)));
    }

    /// All memory has this capacity now.
    void capacityBytes(long next) {
        capacityBytes = next;
        shadows.capacityBytes(next);
    }

    /// Whether enough references have come to say anything.
    boolean isKnown() {
        return shadows.counted() >= MIN_REFERENCES;
    }

    /// Hits of the references lately with so much memory, 0 to 1: a line through what the shadows
    /// had, and nothing.
    ///
    /// @param share of all memory; more than 1 is as 1
    double hitRatio(double share) {
        double before = 0;
        double hitsBefore = 0;
        for (int i = 0; i < SHARES.length; i++) {
            double hits = hitsBefore;
            for (int policy = 0; policy < policies; policy++) {
                hits = Math.max(hits, shadows.hitRatio(i * policies + policy));
            }
            if (share <= SHARES[i]) {
                return hitsBefore + (hits - hitsBefore) * (share - before) / (SHARES[i] - before);
            }
            before = SHARES[i];
            hitsBefore = hits;
        }
        return hitsBefore;
    }
}

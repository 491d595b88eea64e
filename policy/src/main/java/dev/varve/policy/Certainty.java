package dev.varve.policy;

import dev.varve.policy.Rival.Suits;
import java.util.List;

/// Whether a rival should lead because it is sure of what comes ([EvictionPolicy#sureMisses]): it
/// need not gain on the leader as the others must (see [AutoPolicy]).
///
/// While all that it is sure of is asked for, the leader is watched. Where it misses clearly more
/// twice in a row, the rival leads, and gives the lead back when it is not sure any more. If others
/// gain on it all the same, it must wait until it has become sure anew.
///
/// Confined.
final class Certainty {
    private static final int NOBODY = -1;
    /// How often in a row the leader must have been worse than a rival that is sure: it may have
    /// been about to learn the same.
    private static final int WORSE_ROUNDS = 2;
    /// One so many-th of the cache is what the leader may miss more than a rival that is sure.
    private static final int WORTH_A_CHANGE = 10;

    private final List<Rival> rivals;
    private final Miniatures contest;
    private final int lookEvery;
    /// The rival that leads because it is sure, and the one in whose place.
    private int sure = NOBODY;
    private int unsure;
    /// The rival that was sure, and was worse than others.
    private int refuted = NOBODY;
    /// The rival that is sure, if it does not lead, and the misses since, its and the leader's.
    private int contender = NOBODY;
    private long missesBefore;
    private long leaderMisses;
    private int worseRounds;

    /// @param contest   a shadow for each rival
    /// @param lookEvery how many references there are from one call of [#leader] to the next
    Certainty(List<Rival> rivals, Miniatures contest, int lookEvery) {
        this.rivals = rivals;
        this.contest = contest;
        this.lookEvery = lookEvery;
    }

    void leaderMissed() {
        leaderMisses++;
    }

    /// Who should lead from now on.
    ///
    /// @param leader who leads
    int leader(int leader) {
        if (sure != NOBODY) {
            if (contest.shadow(sure).sureMisses() != EvictionPolicy.UNSURE) {
                return leader;
            }
            sure = NOBODY;
            return unsure;
        }
        int claimant = claimant(leader);
        if (claimant == NOBODY || claimant != contender) {
            observe(claimant);
            return leader;
        }
        if (!isWorse(leader)) {
            return leader;
        }
        unsure = leader;
        sure = contender;
        return sure;
    }

    /// Another has gained on the leader, whether that was sure or not.
    void refuted() {
        refuted = sure == NOBODY ? refuted : sure;
        sure = NOBODY;
    }

    /// Another leads.
    void startAnew() {
        contender = NOBODY;
    }

    private int claimant(int leader) {
        for (int i = 0; i < rivals.size(); i++) {
            if (i != leader && contest.shadow(i).sureMisses() != EvictionPolicy.UNSURE) {
                return i == refuted ? NOBODY : i;
            }
        }
        refuted = NOBODY;
        return NOBODY;
    }

    private void observe(int rival) {
        contender = rival;
        worseRounds = 0;
        if (rival != NOBODY) {
            startRound();
        }
    }

    private void startRound() {
        missesBefore = contest.shadow(contender).sureMisses();
        leaderMisses = 0;
    }

    /// Whether the leader was worse in the round that ends here, if one does, and in those before.
    private boolean isWorse(int leader) {
        var shadow = contest.shadow(contender);
        long enough = shadow.sureMisses() - missesBefore;
        if (enough == 0) {
            return false;
        }
        int tolerance = shadow.count() / WORTH_A_CHANGE;
        // What knows of requests does not know of epochs, and gives way where it is no better. Else
        // a look may come late, and so may one before.
        boolean isWorse = leaderMisses > enough + (rivals.get(leader).suits() == Suits.ORDER
                ? -tolerance
                : tolerance + 2 * lookEvery);
        worseRounds = isWorse ? worseRounds + 1 : 0;
        startRound();
        return worseRounds >= WORSE_ROUNDS;
    }
}

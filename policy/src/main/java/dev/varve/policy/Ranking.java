package dev.varve.policy;

import java.util.BitSet;
import java.util.function.IntToDoubleFunction;

/// Places in the order of their worth, some of them occupied: names the occupied one that is worth
/// least without looking at the others. Of equal worth the lower number comes first.
///
/// Confined.
final class Ranking {
    /// No place has this number.
    static final int NONE = -1;

    /// Places, from the one worth least.
    private final int[] places;
    /// Where in that order each place stands.
    private final int[] ranks;
    private final double[] worths;
    /// By rank.
    private final BitSet occupied;

    /// @param count of the places, which are numbered from 0, worth nothing and not occupied
    Ranking(int count) {
        places = new int[count];
        ranks = new int[count];
        worths = new double[count];
        occupied = new BitSet(count);
        for (int place = 0; place < count; place++) {
            places[place] = place;
            ranks[place] = place;
        }
    }

    void occupy(int place) {
        occupied.set(ranks[place]);
    }

    void vacate(int place) {
        occupied.clear(ranks[place]);
    }

    /// The occupied place that is worth least, or [#NONE].
    int least() {
        return occupiedFrom(0);
    }

    /// The next occupied place that is worth as much as this one, or [#NONE].
    int nextEqual(int place) {
        int next = occupiedFrom(ranks[place] + 1);
        return next != NONE && worths[next] == worths[place] ? next : NONE;
    }

    /// Orders the places anew. Takes time in proportion to their number and to how many have
    /// overtaken each other, since little changes from one time to the next.
    void order(IntToDoubleFunction worth) {
        for (int place = 0; place < worths.length; place++) {
            worths[place] = worth.applyAsDouble(place);
        }
        for (int rank = 1; rank < places.length; rank++) {
            for (int to = rank; to > 0 && isBefore(places[to], places[to - 1]); to--) {
                swap(to);
            }
        }
    }

    private boolean isBefore(int place, int other) {
        return worths[place] < worths[other]
                || (worths[place] == worths[other] && place < other);
    }

    private void swap(int rank) {
        int place = places[rank];
        boolean isOccupied = occupied.get(rank);
        stand(places[rank - 1], rank, occupied.get(rank - 1));
        stand(place, rank - 1, isOccupied);
    }

    private void stand(int place, int rank, boolean isOccupied) {
        places[rank] = place;
        ranks[place] = rank;
        occupied.set(rank, isOccupied);
    }

    private int occupiedFrom(int rank) {
        int next = occupied.nextSetBit(rank);
        return next < 0 ? NONE : places[next];
    }
}

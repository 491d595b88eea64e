package dev.varve.bench;

import java.util.ArrayList;
import java.util.List;

/// Measures several sides in turn, round after round, so that whatever else the machine does hits
/// all alike.
///
/// @param work  what is done
/// @param unit  of the figures, where more is better
/// @param ours  Varve
/// @param peers what it is compared with
///
/// Immutable.
record Comparison(String work, String unit, Side ours, List<Peer> peers) {
    /// The warm-up's length in rounds: a virtual machine compiles what is hot only after seconds.
    private static final int WARM_UP = 4;

    /// What Varve is compared with.
    ///
    /// @param bar the least ratio of ours to the peer's; 0 for none
    record Peer(Side side, double bar) {}

    /// Runs a warm-up and all rounds.
    List<Row> run(BenchOptions options) throws Exception {
        var sides = new ArrayList<Side>();
        sides.add(ours);
        peers.forEach(peer -> sides.add(peer.side()));
        var figures = new double[sides.size()][options.rounds()];
        for (int round = 0; round <= options.rounds(); round++) {
            for (int i = 0; i < sides.size(); i++) {
                long millis = options.roundMillis() * (round == 0 ? WARM_UP : 1);
                double figure = sides.get(i).measure(round, millis);
                if (round > 0) {
                    figures[i][round - 1] = figure;
                }
            }
        }
        var rows = new ArrayList<Row>();
        for (int i = 0; i < peers.size(); i++) {
            rows.add(Row.compared(work, unit, new Samples(figures[0]),
                    peers.get(i).side().name(), new Samples(figures[i + 1]), peers.get(i).bar()));
        }
        return rows;
    }
}

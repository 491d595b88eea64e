package dev.varve.checks.crash;

import java.util.concurrent.atomic.LongAdder;

/// What the harness did, in figures.
///
/// Thread-safe: adders.
final class Tally {
    final LongAdder puts = new LongAdder();
    final LongAdder deletes = new LongAdder();
    final LongAdder reads = new LongAdder();
    final LongAdder open = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder durableChecked = new LongAdder();
    final LongAdder cachedHits = new LongAdder();
    final LongAdder cachedMisses = new LongAdder();

    @Override
    public String toString() {
        return puts + " puts and " + deletes + " deletions acknowledged, " + reads
                + " reads under load, " + open + " changes under way at a kill, " + refused
                + " refused; after restarts " + durableChecked + " durable keys checked, "
                + cachedHits + " cached keys there and right, " + cachedMisses + " not there";
    }
}

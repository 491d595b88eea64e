package dev.varve.door.local;

import java.util.concurrent.atomic.LongAdder;

/// The door's running counts.
///
/// Thread-safe: adders; a snapshot is not of one instant.
final class Tallies {
    final LongAdder refused = new LongAdder();
    final LongAdder requests = new LongAdder();
    final LongAdder errors = new LongAdder();
    final LongAdder leased = new LongAdder();
    final LongAdder unleased = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();

    LocalCounters snapshot(long open, long leasedBytes) {
        return new LocalCounters(open, refused.sum(), requests.sum(), errors.sum(), leased.sum(),
                unleased.sum(), expired.sum(), leasedBytes, bytesIn.sum(), bytesOut.sum());
    }
}

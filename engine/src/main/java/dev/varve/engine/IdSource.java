package dev.varve.engine;

/// Numbers for blocks and versions, never given twice, also not after a crash: taken from ranges
/// that the catalog has set aside.
///
/// Thread-safe: one lock. Blocks once in [#RANGE] calls, for the catalog.
final class IdSource {
    private static final long RANGE = 1 << 20;

    private final Catalog catalog;
    private final long first;
    private long next;
    private long end;

    IdSource(Catalog catalog) {
        this.catalog = catalog;
        refill();
        first = next;
    }

    /// The first number of this process: all before it were given by earlier ones.
    long first() {
        return first;
    }

    synchronized long next() {
        if (next == end) {
            refill();
        }
        return next++;
    }

    private synchronized void refill() {
        next = catalog.reserveIds(RANGE);
        end = next + RANGE;
    }
}

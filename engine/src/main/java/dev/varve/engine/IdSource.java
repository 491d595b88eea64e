package dev.varve.engine;

import dev.varve.engine.Catalog.Numbers;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.Tasks;

/// Numbers for blocks and versions, never given twice, also not after a crash: taken from ranges
/// that the catalog has set aside. The next range is set aside in the background while half of the
/// present one is left.
///
/// Thread-safe: one lock, not held while the catalog works.
final class IdSource implements Tasks.Worker {
    private static final long RANGE = 1 << 20;

    private final Catalog catalog;
    private final long first;
    private long next;
    private long end;
    /// Where the range after this one begins; 0 if there is none yet.
    private long following;

    IdSource(Catalog catalog) {
        this.catalog = catalog;
        first = catalog.reserve(Numbers.BLOCKS, RANGE);
        next = first;
        end = first + RANGE;
    }

    /// The first number of this process: all before it were given by earlier ones.
    long first() {
        return first;
    }

    /// Never blocks.
    ///
    /// @throws StorageException UNAVAILABLE if the catalog has not answered for so long that there
    ///         is none left
    synchronized long next() {
        if (next == end) {
            if (following == 0) {
                throw new StorageException(Kind.UNAVAILABLE,
                        "the catalog has not set new numbers aside");
            }
            next = following;
            end = next + RANGE;
            following = 0;
        }
        return next++;
    }

    /// Sets the next range aside if it is needed.
    @Override
    public int doWork() {
        if (!isLow()) {
            return 0;
        }
        long begin = catalog.reserve(Numbers.BLOCKS, RANGE);
        synchronized (this) {
            following = begin;
        }
        return 1;
    }

    private synchronized boolean isLow() {
        return following == 0 && end - next < RANGE / 2;
    }
}

package dev.varve.tier.flash;

import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The segment that takes the writes of one purpose; it is replaced by a new one when it is full.
///
/// One writer creates the new segment, and the others wait for it.
///
/// Thread-safe: by a lock that is not held while a segment is created or sealed.
final class OpenSegment {
    private final Supplier<SegmentWriter> create;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition replaced = lock.newCondition();
    private @Nullable SegmentWriter current;
    private boolean replacing;

    /// A piece of a segment set aside for a batch.
    record Extent(SegmentWriter writer, long offset) {}

    /// @param create makes a new segment, or throws what the write then fails with
    OpenSegment(Supplier<SegmentWriter> create) {
        this.create = create;
    }

    /// Sets an extent aside; the caller must write to it.
    Extent reserve(Batch batch) {
        while (true) {
            lock.lock();
            try {
                while (replacing) {
                    replaced.awaitUninterruptibly();
                }
                if (current != null) {
                    OptionalLong offset = current.reserve(batch);
                    if (offset.isPresent()) {
                        return new Extent(current, offset.getAsLong());
                    }
                }
                replacing = true;
            } finally {
                lock.unlock();
            }
            replace();
        }
    }

    /// Seals the segment, if there is one, and waits until that is done.
    void seal() {
        SegmentWriter last;
        lock.lock();
        try {
            while (replacing) {
                replaced.awaitUninterruptibly();
            }
            last = current;
            current = null;
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.close();
            last.awaitSealed();
        }
    }

    private void replace() {
        SegmentWriter next = null;
        SegmentWriter last = null;
        try {
            next = create.get();
        } finally {
            lock.lock();
            try {
                if (next != null) {
                    last = current;
                    current = next;
                }
                replacing = false;
                replaced.signalAll();
            } finally {
                lock.unlock();
            }
        }
        if (last != null) {
            last.close();
        }
    }
}

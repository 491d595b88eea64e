package dev.varve.server;

import dev.varve.trace.TraceEvent;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/// A bounded queue from many threads to one that never makes anybody wait: what finds no room is
/// dropped and counted.
///
/// A place is taken by moving the tail on, and filled afterwards; the reader stops at a place that
/// is taken and not yet filled.
///
/// Thread-safe, with one reader at a time.
final class EventRing {
    private final AtomicReferenceArray<Optional<TraceEvent>> places;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong head = new AtomicLong();
    private final LongAdder dropped = new LongAdder();

    /// @param capacity a power of two
    EventRing(int capacity) {
        places = new AtomicReferenceArray<>(capacity);
        for (int i = 0; i < capacity; i++) {
            places.setPlain(i, Optional.empty());
        }
    }

    /// Puts an event at the end, or drops it.
    void offer(TraceEvent event) {
        while (true) {
            long at = tail.get();
            if (at - head.get() >= places.length()) {
                dropped.increment();
                return;
            }
            if (tail.weakCompareAndSetVolatile(at, at + 1)) {
                places.setRelease(index(at), Optional.of(event));
                return;
            }
        }
    }

    /// Takes the first event away.
    Optional<TraceEvent> poll() {
        long at = head.getPlain();
        var event = places.getAcquire(index(at));
        if (event.isPresent()) {
            places.setPlain(index(at), Optional.empty());
            head.setRelease(at + 1);
        }
        return event;
    }

    /// How many events were dropped so far.
    long dropped() {
        return dropped.sum();
    }

    private int index(long at) {
        return (int) at & (places.length() - 1);
    }
}

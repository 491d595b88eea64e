package dev.varve.bench;

import dev.varve.replay.TraceRequest;
import dev.varve.replay.Traffic;
import java.util.Optional;

/// Some of the requests of a traffic, in its order and times.
///
/// Confined to one thread at a time.
final class TrafficPart implements Traffic {
    private final Traffic traffic;
    private long left;

    /// @param traffic owned
    /// @param from    the first request of it, from 0 on
    /// @param to      the one that is no longer of it
    TrafficPart(Traffic traffic, long from, long to) {
        this.traffic = traffic;
        left = to - from;
        for (long i = 0; i < from; i++) {
            traffic.next();
        }
    }

    @Override
    public Optional<TraceRequest> next() {
        return left-- > 0 ? traffic.next() : Optional.empty();
    }

    @Override
    public String description() {
        return "a part of: " + traffic.description();
    }

    @Override
    public void close() {
        traffic.close();
    }
}

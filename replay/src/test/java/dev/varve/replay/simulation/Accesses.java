package dev.varve.replay.simulation;

import dev.varve.replay.TraceRequest;
import dev.varve.replay.TraceRequest.Operation;
import dev.varve.replay.Traffic;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// Traffic of single accesses, for tests.
record Accesses(Iterator<TraceRequest> requests) implements Traffic {

    static Accesses of(List<TraceRequest> requests) {
        return new Accesses(requests.iterator());
    }

    static Accesses of(TraceRequest... requests) {
        return of(List.of(requests));
    }

    /// An access of connection 0 to values of some length.
    static TraceRequest access(long millis, Operation operation, long bytes, long... ids) {
        return new TraceRequest(millis, operation, 0, 0, 1, ids, bytes, 0);
    }

    @Override
    public Optional<TraceRequest> next() {
        return requests.hasNext() ? Optional.of(requests.next()) : Optional.empty();
    }

    @Override
    public String description() {
        return "made for a test";
    }

    @Override
    public void close() {
        // nothing is open
    }
}

package dev.varve.replay.simulation;

import dev.varve.replay.TraceRequest;
import dev.varve.replay.Traffic;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Divides traffic among connections as a replay does: requests of one connection of the trace all
/// go to the same one, all others to whoever comes first.
///
/// Confined.
final class RequestQueues {
    private final Traffic traffic;
    private final List<Deque<TraceRequest>> own;
    /// Read for nobody in particular, while a connection looked for its own.
    private final Deque<TraceRequest> shared = new ArrayDeque<>();

    /// @param traffic borrowed
    RequestQueues(Traffic traffic, int connections) {
        this.traffic = traffic;
        own = Stream.<Deque<TraceRequest>>generate(ArrayDeque::new).limit(connections).toList();
    }

    /// The next request of a connection; empty at the end.
    Optional<TraceRequest> take(int index) {
        var mine = own.get(index);
        while (mine.isEmpty() && shared.isEmpty()) {
            var next = traffic.next();
            if (next.isEmpty()) {
                return next;
            }
            int connection = next.get().connection();
            (connection == 0 ? shared : own.get(connection % own.size())).add(next.get());
        }
        boolean isMine = shared.isEmpty() || (!mine.isEmpty()
                && mine.peek().timestampMillis() <= shared.peek().timestampMillis());
        return Optional.ofNullable((isMine ? mine : shared).poll());
    }
}

package dev.varve.replay.simulation;

import dev.varve.replay.TraceRequest;
import dev.varve.replay.Traffic;
import dev.varve.replay.TrafficStatistics;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// Traffic kept in memory, to be played many times.
///
/// @param description where it comes from
/// @param requests    in the order of their times
/// @param statistics  of them
///
/// Immutable.
public record Recording(
        String description,
        List<TraceRequest> requests,
        TrafficStatistics statistics) {
    public Recording {
        requests = List.copyOf(requests);
    }

    /// Reads traffic to its end, and closes it.
    public static Recording of(Traffic traffic) {
        try (traffic) {
            var requests = new ArrayList<TraceRequest>();
            for (var next = traffic.next(); next.isPresent(); next = traffic.next()) {
                requests.add(next.get());
            }
            var player = new Player(traffic.description(), requests.iterator());
            return new Recording(
                    traffic.description(), requests, TrafficStatistics.of(player));
        }
    }

    /// The traffic from its beginning.
    public Traffic play() {
        return new Player(description, requests.iterator());
    }

    private record Player(String description, Iterator<TraceRequest> requests)
            implements
                Traffic {
        @Override
        public Optional<TraceRequest> next() {
            return requests.hasNext() ? Optional.of(requests.next()) : Optional.empty();
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}

package dev.varve.replay.simulation;

import dev.varve.replay.Mix;
import dev.varve.replay.TraceRequest;
import dev.varve.replay.TraceRequest.Operation;
import dev.varve.replay.Traffic;
import dev.varve.replay.TrafficStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// Traffic kept in memory, to be played many times.
///
/// Of long traffic a sample of the keys is kept, each with all that is done to it: its hit ratios
/// are those of the whole for memory of that share (Waldspurger, Park, Garthwaite, Ahmad: "Efficient
/// MRC construction with SHARDS", FAST 2015). Prompts are kept whole: their blocks belong together.
///
/// @param description where it comes from
/// @param requests    in the order of their times
/// @param statistics  of them
/// @param sampleRate  which share of all keys they are, above 0, at most 1
/// @param remarks     what a user must know of it, a line each
///
/// Immutable.
public record Recording(
        String description,
        List<TraceRequest> requests,
        TrafficStatistics statistics,
        double sampleRate,
        List<String> remarks) {
    /// Accesses to keep at most, and blocks of prompts.
    private static final int MAX_ACCESSES = 400_000;
    private static final int MAX_BLOCKS = 8_000_000;
    private static final int MAX_HALVINGS = 30;

    public Recording {
        requests = List.copyOf(requests);
        remarks = List.copyOf(remarks);
    }

    /// Reads traffic to its end, and closes it.
    ///
    /// @throws IllegalArgumentException if it is too long to be kept
    public static Recording of(Traffic traffic) {
        return of(traffic, MAX_ACCESSES);
    }

    /// @param maxAccesses how many are kept at most
    static Recording of(Traffic traffic, int maxAccesses) {
        try (traffic) {
            var sample = new Sample(maxAccesses);
            for (var next = traffic.next(); next.isPresent(); next = traffic.next()) {
                sample.add(next.get());
            }
            var remarks = new ArrayList<>(traffic.remarks());
            if (sample.halvings > 0) {
                remarks.add("one key of " + (1L << sample.halvings) + " is simulated, for tiers"
                        + " of that share; sizes, power and prices are scaled up");
            }
            return of(traffic.description(), sample.requests,
                    traffic.sampleRate() / (1L << sample.halvings), remarks);
        }
    }

    private static Recording of(
            String description,
            List<TraceRequest> requests,
            double sampleRate,
            List<String> remarks) {
        return new Recording(description, requests,
                TrafficStatistics.of(new Player(description, requests.iterator())), sampleRate,
                remarks);
    }

    /// The same with its requests spread evenly over a time, for traces that tell none.
    ///
    /// @param seconds from the first to the end
    public Recording spreadOver(double seconds) {
        var spread = new ArrayList<TraceRequest>();
        for (var request : requests) {
            spread.add(request.at(
                    (long) (1000 * seconds * spread.size() / requests.size())));
        }
        return of(description, spread, sampleRate, remarks);
    }

    /// Whether it tells when requests came.
    public boolean hasTimes() {
        return statistics.durationSeconds() > 0;
    }

    /// How many tokens a block stands for; empty where there are no prompts.
    public Optional<Integer> tokensPerBlock() {
        return requests.stream()
                .filter(request -> request.operation() == Operation.PROMPT)
                .map(TraceRequest::tokensPerBlock)
                .findFirst();
    }

    /// Size of all different values of the whole traffic, of which this may be a sample.
    ///
    /// @param unknownBytes size of those whose size is not told
    public long wholeBytes(long unknownBytes) {
        return (long) (statistics.dataBytes(unknownBytes) / sampleRate);
    }

    /// Mean size of a value, at least 1.
    ///
    /// @param unknownBytes size of those whose size is not told
    public long meanBytes(long unknownBytes) {
        return Math.max(1, statistics.dataBytes(unknownBytes)
                / Math.max(1, statistics.distinctBlocks()));
    }

    /// The traffic from its beginning.
    public Traffic play() {
        return new Player(description, requests.iterator());
    }

    /// Runs it through a hierarchy that is meant for the whole traffic.
    public HierarchyOutcome through(HierarchySettings settings) {
        return HierarchySimulation.run(settings.forSample(sampleRate), play())
                .scaled(1 / sampleRate);
    }

    /// What is kept so far.
    private static final class Sample {
        private final int maxAccesses;
        private List<TraceRequest> requests = new ArrayList<>();
        private long accesses;
        private long blocks;
        private int halvings;

        Sample(int maxAccesses) {
            this.maxAccesses = maxAccesses;
        }

        void add(TraceRequest request) {
            keep(request);
            while (accesses > maxAccesses && halvings < MAX_HALVINGS) {
                halvings++;
                accesses = 0;
                blocks = 0;
                var all = requests;
                requests = new ArrayList<>();
                all.forEach(this::keep);
            }
        }

        private void keep(TraceRequest request) {
            if (request.operation() == Operation.PROMPT) {
                blocks += request.blockIds().length;
                if (blocks > MAX_BLOCKS) {
                    throw new IllegalArgumentException("the prompts of the trace have more than "
                            + MAX_BLOCKS + " blocks; cut it");
                }
                requests.add(request);
                return;
            }
            long[] ids = Arrays.stream(request.blockIds()).filter(this::isKept).toArray();
            if (ids.length > 0) {
                accesses += ids.length;
                requests.add(request.of(ids));
            }
        }

        private boolean isKept(long id) {
            return halvings == 0 || Mix.of(id) >>> (Long.SIZE - halvings) == 0;
        }
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

package dev.varve.replay.simulation;

import dev.varve.policy.ReadAheadLead;
import dev.varve.policy.RequestOrder;
import dev.varve.replay.TraceRequest;
import dev.varve.replay.TraceRequest.Operation;
import dev.varve.replay.Traffic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Traffic through a hierarchy, in simulated time: discrete events, in the order of their times,
/// and of connections where those are equal. No clock and no chance, so the same traffic gives the
/// same outcome.
///
/// Clients do as [dev.varve.replay.ReplayRun] does: for each prompt they ask whether the blocks
/// are there, one after the other until one is not, read those, and write all the rest; of all
/// other requests they do what [TraceRequest.Operation] says. Where there is an origin they read
/// each block, and what is not there is read from the origin and written.
///
/// Confined.
public final class HierarchySimulation {
    private final HierarchySettings settings;
    private final SimulatedStore store;
    private final Optional<ModelledDevice> origin;
    private final RequestQueues requests;
    private final ServiceTally tally;
    /// When each processor is free again.
    private final PriorityQueue<Double> processors;
    private long firstMillis = -1;
    private double lastSeconds;

    private HierarchySimulation(HierarchySettings settings, Traffic traffic) {
        this.settings = settings;
        requests = new RequestQueues(traffic, settings.client().connections());
        store = new SimulatedStore(settings);
        origin = settings.origin()
                .map(medium -> new ModelledDevice(medium, 1, Double.POSITIVE_INFINITY, 1));
        tally = new ServiceTally(settings.client().makeSeconds());
        processors = new PriorityQueue<>(
                Collections.nCopies(settings.client().processors(), 0.0));
    }

    /// Runs traffic to its end, and closes it.
    public static HierarchyOutcome run(HierarchySettings settings, Traffic traffic) {
        try (traffic) {
            return new HierarchySimulation(settings, traffic).run();
        }
    }

    private HierarchyOutcome run() {
        var queue = new PriorityQueue<Session>();
        for (int i = 0; i < settings.client().connections(); i++) {
            var session = new Session(i);
            if (session.takeRequest(0)) {
                queue.add(session);
            }
        }
        for (var next = queue.poll(); next != null; next = queue.poll()) {
            if (next.step()) {
                queue.add(next);
            }
        }
        return tally.outcome(store.end(lastSeconds), lastSeconds);
    }

    /// Waits for a processor and uses it.
    ///
    /// @return when that is done, in seconds
    private double process(double nowSeconds, double seconds) {
        double done = Math.max(nowSeconds, processors.remove()) + seconds;
        processors.add(done);
        return done;
    }

    /// One connection: what it is at, and what its server knows of it.
    private final class Session implements Comparable<Session> {
        private final int index;
        private double dueSeconds;
        /// When the present command came, and whether a processor has dealt with it.
        private double cameSeconds;
        private boolean processed;
        private TraceRequest request = TraceRequest.NOTHING;
        private List<SimulatedBlock> wanted = List.of();
        private double requestSeconds;
        private int at;
        private int promised;
        private Phase phase = Phase.ASK;
        private final RequestOrder order = new RequestOrder();
        private @Nullable SimulatedBlock last;
        private @Nullable SimulatedBlock ahead;
        private final ReadAheadLead lead = new ReadAheadLead();

        private Session(int index) {
            this.index = index;
        }

        @Override
        public int compareTo(Session other) {
            int byTime = Double.compare(dueSeconds, other.dueSeconds);
            return byTime != 0 ? byTime : Integer.compare(index, other.index);
        }

        /// @return false if there is none
        boolean takeRequest(double nowSeconds) {
            var next = requests.take(index);
            if (next.isEmpty()) {
                return false;
            }
            request = next.get();
            if (firstMillis < 0) {
                firstMillis = request.timestampMillis();
            }
            double seconds = (request.timestampMillis() - firstMillis) / 1e3;
            requestSeconds = Math.max(nowSeconds, seconds / settings.client().speed());
            dueSeconds = requestSeconds;
            wanted = new ArrayList<>();
            for (long id : request.blockIds()) {
                wanted.add(store.block(id));
            }
            at = 0;
            promised = 0;
            phase = firstPhase(request.operation());
            return true;
        }

        /// Does what is due.
        ///
        /// @return false if there is nothing more to do
        boolean step() {
            double now = dueSeconds;
            lastSeconds = Math.max(lastSeconds, now);
            if (!processed && phase != Phase.DONE) {
                cameSeconds = now;
                dueSeconds = process(now, cost());
                processed = true;
                return true;
            }
            processed = false;
            switch (phase) {
                case ASK -> ask(now);
                case READ -> read(now);
                case WRITE -> write(now);
                case READ_THROUGH -> readThrough(now);
                case FETCH, FILL, PUT, EXISTS, DELETE -> access(now);
                case DONE -> {
                    return takeRequest(now);
                }
            }
            return true;
        }

        private double cost() {
            return switch (phase) {
                case ASK, EXISTS, DELETE -> settings.client().existsSeconds();
                case READ, FETCH, READ_THROUGH -> settings.client().getSeconds();
                case WRITE, FILL, PUT -> settings.client().setSeconds();
                case DONE -> 0;
            };
        }

        private Phase firstPhase(Operation operation) {
            return switch (operation) {
                case PROMPT -> settings.origin().isPresent() ? Phase.READ_THROUGH : Phase.ASK;
                case FETCH, READ ->
                    settings.origin().isPresent() ? Phase.READ_THROUGH : Phase.FETCH;
                case EXISTS -> Phase.EXISTS;
                case WRITE -> Phase.PUT;
                case DELETE -> Phase.DELETE;
                case TOUCH -> Phase.DONE;
            };
        }

        private void access(double now) {
            if (at == wanted.size()) {
                phase = Phase.DONE;
                return;
            }
            var block = wanted.get(at);
            switch (phase) {
                case FETCH -> fetch(now, block);
                case FILL, PUT -> put(now, block);
                case EXISTS -> {
                    order.asked();
                    tally.told(requestSeconds, store.exists(now, block));
                    at++;
                }
                case DELETE -> {
                    store.delete(now, block);
                    at++;
                }
                case ASK, READ, WRITE, READ_THROUGH, DONE -> throw new IllegalStateException(
                        phase + " is none of a single access");
            }
        }

        private void fetch(double now, SimulatedBlock block) {
            if (block.isPresent()) {
                dueSeconds = store.read(now, block);
                store.touched(now, block, order, false);
                tally.hit(requestSeconds, dueSeconds - cameSeconds);
                wasRead(now, block);
                at++;
                return;
            }
            tally.missed(requestSeconds, 1);
            if (request.operation() == Operation.FETCH) {
                phase = Phase.FILL;
            } else {
                at++;
            }
        }

        private void put(double now, SimulatedBlock block) {
            long bytes = bytes(block);
            if (!store.isTooLarge(bytes)) {
                dueSeconds = store.write(now, block, bytes);
                store.touched(now, block, order, true);
            }
            tally.wrote(bytes);
            at++;
            phase = phase == Phase.FILL ? Phase.FETCH : phase;
        }

        /// What a value that is written will take: as the trace says, or as it was before.
        private long bytes(SimulatedBlock block) {
            long unknown = block.bytes > 0 ? block.bytes : settings.blockBytes();
            return Math.max(1, request.sizeBytes(unknown));
        }

        private void ask(double now) {
            order.asked();
            if (at < wanted.size() && store.exists(now, wanted.get(at))) {
                at++;
                if (at < wanted.size()) {
                    return;
                }
            }
            promised = at;
            at = 0;
            phase = promised > 0 ? Phase.READ : Phase.WRITE;
            beginWriting();
        }

        private void read(double now) {
            var block = wanted.get(at);
            if (!block.isPresent()) {
                promised = at;
                phase = Phase.WRITE;
                beginWriting();
                return;
            }
            dueSeconds = store.read(now, block);
            store.touched(now, block, order, false);
            tally.hit(requestSeconds, dueSeconds - cameSeconds);
            wasRead(now, block);
            at++;
            if (at == promised) {
                phase = Phase.WRITE;
                beginWriting();
            }
        }

        private void beginWriting() {
            if (phase != Phase.WRITE) {
                return;
            }
            at = promised;
            tally.missed(requestSeconds, wanted.size() - promised);
            if (at == wanted.size()) {
                phase = Phase.DONE;
            }
        }

        private void write(double now) {
            long bytes = bytes(wanted.get(at));
            if (!store.isTooLarge(bytes)) {
                dueSeconds = store.write(now, wanted.get(at), bytes);
                store.touched(now, wanted.get(at), order, true);
            }
            tally.wrote(bytes);
            at++;
            phase = at == wanted.size() ? Phase.DONE : Phase.WRITE;
        }

        private void readThrough(double now) {
            if (at == wanted.size()) {
                phase = Phase.DONE;
                return;
            }
            var block = wanted.get(at++);
            if (block.isPresent()) {
                dueSeconds = store.read(now, block);
                store.touched(now, block, order, false);
                tally.hit(requestSeconds, dueSeconds - cameSeconds);
                wasRead(now, block);
                return;
            }
            long bytes = bytes(block);
            dueSeconds = origin.orElseThrow().read(now, bytes);
            if (!store.isTooLarge(bytes)) {
                store.write(now, block, bytes);
                store.touched(now, block, order, true);
                block.readableSeconds = dueSeconds;
            }
            tally.fetched(requestSeconds, dueSeconds - cameSeconds, bytes);
        }

        /// As `ChainReader.read`.
        private void wasRead(double now, SimulatedBlock block) {
            if (block.bytes < ReadAheadLead.LEAST_BYTES || block == last) {
                return;
            }
            var before = last;
            last = block;
            boolean expected = before != null && before.next == block;
            if (before != null) {
                before.next = block;
            }
            if (!expected) {
                ahead = block;
                lead.lost();
                return;
            }
            if (lead.taken()) {
                ahead = block;
            }
            goAhead(now, block.bytes);
        }

        private void goAhead(double now, long bytes) {
            for (var from = ahead; from != null && lead.goesOn(bytes);) {
                from = from.next;
                if (from == null) {
                    return;
                }
                ahead = from;
                lead.went();
                store.readAhead(now, from);
            }
        }
    }

    private enum Phase {
        /// Of a prompt, in this order.
        ASK,
        READ,
        WRITE,
        /// Of all reads where there is an origin.
        READ_THROUGH,
        /// Of one value by itself, and the write after it has missed.
        FETCH,
        FILL,
        PUT,
        EXISTS,
        DELETE,
        DONE
    }
}

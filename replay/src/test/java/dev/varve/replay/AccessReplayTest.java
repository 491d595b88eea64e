package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.policy.LruPolicy;
import dev.varve.replay.TraceRequest.Operation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Replays of single accesses, which have operations, sizes and connections.
final class AccessReplayTest {
    private static final int BLOCK_BYTES = 1000;

    @Test
    void doesOnAServerWhatEachOperationSays() throws Exception {
        try (var server = FakeRespServer.good()) {
            var result = replay(server, 1,
                    access(Operation.FETCH, 300, 1), // misses, and writes
                    access(Operation.FETCH, 300, 1),
                    access(Operation.READ, TraceRequest.SIZE_UNKNOWN, 2), // misses
                    access(Operation.WRITE, 70_000, 2),
                    access(Operation.READ, TraceRequest.SIZE_UNKNOWN, 2),
                    access(Operation.EXISTS, 0, 2),
                    access(Operation.EXISTS, 0, 3),
                    access(Operation.TOUCH, 0, 2),
                    access(Operation.WRITE, TraceRequest.SIZE_UNKNOWN, 3),
                    access(Operation.DELETE, 0, 2));
            assertThat(server.commands()).containsExactly("PING", "GET", "SET", "GET", "GET", "SET",
                    "GET", "EXISTS", "EXISTS", "SET", "DEL");
            assertThat(result.failure()).isEmpty();
            assertThat(result.refusals()).isZero();
            assertThat(result.requests()).isEqualTo(10);
            assertThat(result.blocks()).isEqualTo(6);
            assertThat(result.hits()).isEqualTo(3);
            assertThat(result.wrongBytes()).isZero();
            assertThat(result.vanished()).isZero();
            assertThat(result.bytesWritten()).isEqualTo(300 + 70_000 + BLOCK_BYTES);
        }
    }

    @Test
    void keepsTheOrderOfEachConnection() throws Exception {
        var requests = new ArrayList<TraceRequest>();
        for (int i = 0; i < 3000; i++) {
            requests.add(new TraceRequest(0, Operation.EXISTS, 0, 0, 512, new long[]{i}, 10,
                    1 + (i * 7 % 5)));
        }
        var feed = new RequestFeed(traffic(requests), 0, 3, Clock.system());
        List<List<TraceRequest>> taken = List.of(
                new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        try (var tasks = new SystemTasks()) {
            for (int i = 0; i < 3; i++) {
                int worker = i;
                tasks.start("worker", () -> {
                    for (var next = feed.take(worker); next.isPresent(); next = feed.take(worker)) {
                        taken.get(worker).add(next.get());
                    }
                });
            }
        }
        assertThat(taken.stream().mapToInt(List::size).sum()).isEqualTo(requests.size());
        for (int i = 0; i < 3; i++) {
            int worker = i;
            var own = requests.stream().filter(it -> it.connection() % 3 == worker).toList();
            assertThat(taken.get(i)).isEqualTo(own);
        }
    }

    @Test
    void aFailureWakesWhoWaitsForAnother() throws Exception {
        var requests = new ArrayList<TraceRequest>();
        for (int i = 0; i < 1000; i++) {
            requests.add(new TraceRequest(0, Operation.EXISTS, 0, 0, 512, new long[]{i}, 10, 2));
        }
        var feed = new RequestFeed(traffic(requests), 0, 2, Clock.system());
        var found = new ArrayList<Optional<TraceRequest>>();
        try (var tasks = new SystemTasks()) {
            // Everything is for the other worker, who takes nothing.
            tasks.start("waiting", () -> found.add(feed.take(1)));
            feed.fail("the other one is gone");
        }
        assertThat(found).containsExactly(Optional.empty());
    }

    @Test
    void runsThroughAPolicyWithItsSizes() {
        var outcome = PolicyReplay.run(traffic(List.of(
                access(Operation.READ, TraceRequest.SIZE_UNKNOWN, 1), // not there, stays so
                access(Operation.READ, TraceRequest.SIZE_UNKNOWN, 1),
                access(Operation.WRITE, 600, 1),
                access(Operation.FETCH, 600, 1), // there
                access(Operation.WRITE, 500, 2), // leaves no room for 1
                access(Operation.EXISTS, 0, 1),
                access(Operation.FETCH, 400, 3),
                access(Operation.EXISTS, 0, 2), // there: 500 and 400 fit
                access(Operation.DELETE, 0, 2),
                access(Operation.EXISTS, 0, 2))), new LruPolicy(), 1000, BLOCK_BYTES);
        assertThat(outcome.references()).isEqualTo(7);
        assertThat(outcome.hits()).isEqualTo(2);
    }

    @Test
    void tellsNoOrderToAPolicy() {
        var told = new ArrayList<String>();
        PolicyReplay.run(traffic(List.of(
                access(Operation.FETCH, 600, 1),
                access(Operation.FETCH, 300, 2),
                access(Operation.FETCH, 600, 1))), new ToldPolicy(new LruPolicy(), told), 1000,
                BLOCK_BYTES);
        assertThat(told).isEmpty();
    }

    @Test
    void statisticsFollowWritesAndDeletes() {
        var statistics = TrafficStatistics.of(traffic(List.of(
                access(Operation.READ, TraceRequest.SIZE_UNKNOWN, 1),
                access(Operation.WRITE, 600, 1),
                access(Operation.READ, TraceRequest.SIZE_UNKNOWN, 1), // could hit
                access(Operation.FETCH, 300, 2),
                access(Operation.FETCH, 300, 2), // could hit
                access(Operation.DELETE, 0, 1),
                access(Operation.EXISTS, TraceRequest.SIZE_UNKNOWN, 1),
                access(Operation.WRITE, 50, 2))));
        assertThat(statistics.references()).isEqualTo(5);
        assertThat(statistics.idealHits()).isEqualTo(2);
        assertThat(statistics.distinctBlocks()).isEqualTo(2);
        assertThat(statistics.sizedBytes()).isEqualTo(0 + 50);
        assertThat(statistics.dataBytes(1)).isEqualTo(50);
    }

    private static ReplayResult replay(
            FakeRespServer server,
            int connections,
            TraceRequest... requests) {
        var settings = new ReplaySettings(server.endpoint(), connections, BLOCK_BYTES, 0, "replay@",
                Duration.ofSeconds(20));
        try (var tasks = new SystemTasks()) {
            return new ReplayRun(settings, Clock.system(), tasks)
                    .run(traffic(List.of(requests)), _ -> {});
        }
    }

    private static TraceRequest access(Operation operation, long sizeBytes, long id) {
        return TraceRequest.access(0, operation, sizeBytes, id);
    }

    private static Traffic traffic(List<TraceRequest> requests) {
        Deque<TraceRequest> left = new ArrayDeque<>(requests);
        return new Traffic() {
            @Override
            public Optional<TraceRequest> next() {
                return Optional.ofNullable(left.poll());
            }

            @Override
            public String description() {
                return "made up";
            }

            @Override
            public void close() {}
        };
    }
}

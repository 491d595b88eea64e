package dev.varve.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.SystemTasks;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplayRunTest {
    private static final int BLOCK_BYTES = 1000;

    private final SystemTasks tasks = new SystemTasks();

    @AfterEach
    void waitForWorkers() {
        tasks.close();
    }

    @Test
    void asksUntilTheFirstMissGetsWhatIsThereAndSetsTheRest() throws Exception {
        try (var server = FakeRespServer.good()) {
            var traffic = Traces.requests(
                    List.of(List.of(0, 1), List.of(0, 1, 2, 3), List.of(7, 1)));
            var result = replay(server, 1, traffic);
            assertThat(server.commands()).containsExactly("PING",
                    "EXISTS", "SET", "SET",
                    "EXISTS", "EXISTS", "EXISTS", "GET", "GET", "SET", "SET",
                    "EXISTS", "SET", "SET");
            assertThat(result.requests()).isEqualTo(3);
            assertThat(result.blocks()).isEqualTo(8);
            assertThat(result.hits()).isEqualTo(2);
            assertThat(result.hitRatio()).isEqualTo(.25);
            assertThat(result.bytesRead()).isEqualTo(2 * BLOCK_BYTES);
            assertThat(result.bytesWritten()).isEqualTo(6 * BLOCK_BYTES);
            assertThat(result.tokens()).isEqualTo(8 * 512);
            assertThat(result.tokensSaved()).isEqualTo(2 * 512);
            assertThat(result.wrongBytes()).isZero();
            assertThat(result.vanished()).isZero();
            assertThat(result.refusals()).isZero();
            assertThat(result.exists().count()).isEqualTo(5);
            assertThat(result.get().count()).isEqualTo(2);
            assertThat(result.set().count()).isEqualTo(6);
            assertThat(result.failure()).isEmpty();
        }
    }

    @Test
    void countsNoMoreTokensThanThePromptHas() throws Exception {
        try (var server = FakeRespServer.good()) {
            String line = "{\"timestamp\": 0, \"input_length\": 600, \"output_length\": 1,"
                    + " \"hash_ids\": [1, 2]}";
            var result = replay(server, 1, Traces.of(line, line));
            assertThat(result.tokens()).isEqualTo(1200);
            assertThat(result.tokensSaved()).isEqualTo(600);
        }
    }

    @Test
    void keepsIdsApartThatDifferOnlyInTheirHighBits() throws Exception {
        try (var server = FakeRespServer.good()) {
            var result = replay(server, 1, Traces.of("{\"timestamp\": 0, \"input_length\": 2048,"
                    + " \"output_length\": 1, \"hash_ids\": [1, 4294967297,"
                    + " 18446744073709551615, 9223372036854775809]}"));
            assertThat(result.bytesWritten()).isEqualTo(4 * BLOCK_BYTES);
            assertThat(server.values()).containsOnlyKeys("replay@0000000000000001",
                    "replay@0000000100000001", "replay@ffffffffffffffff",
                    "replay@8000000000000001");
        }
    }

    @Test
    void anEmptyTraceIsAnEmptyResult() throws Exception {
        try (var server = FakeRespServer.good()) {
            var result = replay(server, 4, Traces.ofText(""));
            assertThat(result.requests()).isZero();
            assertThat(result.hitRatio()).isZero();
            assertThat(result.get()).isEqualTo(new Latency(0, 0, 0, 0));
            assertThat(result.failure()).isEmpty();
        }
    }

    @Test
    void manyConnectionsTogetherReplayEveryRequest() throws Exception {
        try (var server = FakeRespServer.good()) {
            var expected = TrafficStatistics.of(new TrafficGenerator(10_000, 3));
            List<ReplayProgress> progress = new ArrayList<>();
            var result = new ReplayRun(settings(server.endpoint(), 8, 0), Clock.system(), tasks)
                    .run(new TrafficGenerator(10_000, 3), progress::add);
            assertThat(result.failure()).isEmpty();
            assertThat(result.requests()).isEqualTo(expected.requests());
            assertThat(result.blocks()).isEqualTo(expected.references());
            assertThat(server.values()).hasSize((int) expected.distinctBlocks());
            assertThat(result.hits()).isEqualTo(result.get().count());
            assertThat(result.bytesRead()).isEqualTo(result.hits() * BLOCK_BYTES);
            assertThat(result.wrongBytes()).isZero();
            assertThat(progress).allSatisfy(
                    p -> assertThat(p.requests()).isLessThanOrEqualTo(result.requests()));
        }
    }

    @Test
    void findsOneFlippedBit() throws Exception {
        try (var server = FakeRespServer.with((command, reply) -> {
            if (command.getFirst().equals("GET")) {
                reply[reply.length - 3] ^= 1 << 3;
            }
            return Optional.of(reply);
        })) {
            var result = replay(server, 1, Traces.requests(List.of(List.of(0, 1), List.of(0, 1))));
            assertThat(result.hits()).isEqualTo(2);
            assertThat(result.wrongBytes()).isEqualTo(2);
        }
    }

    @Test
    void countsBytesThatLackOrAreTooManyAsWrong() throws Exception {
        var lengths = new AtomicInteger();
        try (var server = FakeRespServer.with((command, reply) -> {
            if (!command.getFirst().equals("GET")) {
                return Optional.of(reply);
            }
            long id = Long.parseUnsignedLong(command.get(1).substring(7), 16);
            var value = ByteBuffer.allocate(lengths.getAndIncrement() == 0 ? 990 : 1007);
            BlockContent.fill(id, value);
            return Optional.of(FakeRespServer.bulk(value.array()));
        })) {
            var result = replay(server, 1, Traces.requests(List.of(List.of(0, 1), List.of(0, 1))));
            assertThat(result.wrongBytes()).isEqualTo(10 + 7);
            assertThat(result.bytesRead()).isEqualTo(990 + 1007);
        }
    }

    @Test
    void findsTheBlockOfAnotherKey() throws Exception {
        try (var server = FakeRespServer.good()) {
            var other = ByteBuffer.allocate(BLOCK_BYTES);
            BlockContent.fill(2, other);
            server.values().put("replay@0000000000000001", other.array());
            var result = replay(server, 1, Traces.requests(List.of(List.of(1))));
            assertThat(result.wrongBytes()).isGreaterThan(BLOCK_BYTES * 9 / 10);
        }
    }

    @Test
    void countsBlocksThatVanishBetweenExistsAndGet() throws Exception {
        try (var server = FakeRespServer.with((command, reply) -> Optional.of(
                command.getFirst().equals("EXISTS") ? ":1\r\n".getBytes(UTF_8) : reply))) {
            var result = replay(server, 1, Traces.requests(List.of(List.of(0, 1))));
            assertThat(result.vanished()).isOne();
            assertThat(result.hits()).isZero();
            assertThat(result.bytesWritten()).isEqualTo(2 * BLOCK_BYTES);
        }
    }

    @Test
    void goesOnAfterRefusalsAndKeepsTheFirst() throws Exception {
        var count = new AtomicInteger();
        try (var server = FakeRespServer.with((command, reply) -> Optional.of(
                command.getFirst().equals("SET")
                        ? ("-OOM " + count.incrementAndGet() + "\r\n").getBytes(UTF_8)
                        : reply))) {
            var result = replay(server, 1, Traces.requests(List.of(List.of(0, 1), List.of(2))));
            assertThat(result.requests()).isEqualTo(2);
            assertThat(result.refusals()).isEqualTo(3);
            assertThat(result.firstRefusal()).contains("OOM 1");
            assertThat(result.bytesWritten()).isZero();
            assertThat(result.failure()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aServerThatDiesLeavesAPartialResultWithTheReason(int connections) throws Exception {
        var left = new AtomicInteger(200);
        try (var server = FakeRespServer.with((command, reply) -> command.getFirst().equals("PING")
                || left.decrementAndGet() >= 0 ? Optional.of(reply) : Optional.empty())) {
            var result = replay(server, connections, new TrafficGenerator(10_000, 1));
            assertThat(result.failure().orElseThrow())
                    .startsWith(server.endpoint().toString())
                    .contains("connection");
            assertThat(result.exists().count() + result.get().count() + result.set().count())
                    .isEqualTo(200);
            assertThat(result.bytesWritten()).isPositive();
        }
    }

    @Test
    void aServerThatStopsAnsweringEndsTheReplay() throws Exception {
        var never = new CountDownLatch(1);
        try (var server = FakeRespServer.with((command, reply) -> {
            if (command.getFirst().equals("SET")) {
                never.await();
            }
            return Optional.of(reply);
        })) {
            // Each look at this clock takes forty seconds.
            var clock = new TickingClock(40_000_000_000L);
            var result = new ReplayRun(settings(server.endpoint(), 2, 0), clock, tasks)
                    .run(new TrafficGenerator(10_000, 1), _ -> {});
            assertThat(result.failure())
                    .contains(server.endpoint() + " did not answer within 30000 ms");
        }
    }

    @Test
    void aMalformedLineLeavesAPartialResultWithItsNumber() throws Exception {
        try (var server = FakeRespServer.good()) {
            String good = "{\"timestamp\": 0, \"input_length\": 1, \"output_length\": 1,"
                    + " \"hash_ids\": [1]}";
            var result = replay(server, 1, Traces.of(good, good, "{\"timestamp\": }"));
            assertThat(result.requests()).isEqualTo(2);
            assertThat(result.failure().orElseThrow()).startsWith("line 3 of test.jsonl");
        }
    }

    @Test
    void saysThatThereIsNoServerAtAll() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var gone = new RespEndpoint("127.0.0.1", port, Optional.empty());
        var run = new ReplayRun(settings(gone, 1, 0), Clock.system(), tasks);
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> run.run(new TrafficGenerator(10_000, 1), _ -> {}))
                .withMessageContaining("cannot be reached");
    }

    @Test
    void percentilesAreThoseOfTheOperations() throws Exception {
        // A worker looks at the clock before and after each command and at no other time, so on a
        // clock that makes one tick when a worker looks each command takes one tick; the tick of
        // the 200th SET is made a thousand times as long.
        var clock = new TickingClock(1_000_000) {
            @Override
            public long nanoTime() {
                return Thread.currentThread().isVirtual() ? super.nanoTime() : now();
            }
        };
        var sets = new AtomicInteger();
        try (var server = FakeRespServer.with((command, reply) -> {
            if (command.getFirst().equals("SET") && sets.incrementAndGet() == 200) {
                clock.advance(999_000_000);
            }
            return Optional.of(reply);
        })) {
            List<List<Integer>> requests = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                requests.add(List.of(i));
            }
            var result = new ReplayRun(settings(server.endpoint(), 1, 0), clock, tasks)
                    .run(Traces.requests(requests), _ -> {});
            assertThat(result.failure()).isEmpty();
            assertThat(result.set().count()).isEqualTo(200);
            assertWithin(result.set().p50Nanos(), 1_000_000);
            assertWithin(result.set().p99Nanos(), 1_000_000);
            assertWithin(result.set().maxNanos(), 1_000_000_000);
            assertWithin(result.exists().maxNanos(), 1_000_000);
        }
    }

    @Test
    void keepsThePaceOfTheTrace() throws Exception {
        try (var server = FakeRespServer.good()) {
            var clock = new TickingClock(1000);
            List<List<Integer>> requests = new ArrayList<>();
            for (int i = 0; i < 61; i++) {
                requests.add(List.of(i));
            }
            var result = new ReplayRun(settings(server.endpoint(), 1, 2), clock, tasks)
                    .run(Traces.requests(requests), _ -> {});
            // A minute of trace at double speed.
            assertThat(result.requests()).isEqualTo(61);
            assertThat(Duration.ofNanos(result.elapsedNanos()))
                    .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(31));
            assertThat(result.worstLagNanos()).isBetween(1L, 1_000_000L);
        }
    }

    @Test
    void saysHowFarItFellBehindThePace() throws Exception {
        var clock = new TickingClock(1000);
        try (var server = FakeRespServer.with((_, reply) -> {
            clock.advance(5_000_000_000L);
            return Optional.of(reply);
        })) {
            var result = new ReplayRun(settings(server.endpoint(), 1, 1), clock, tasks)
                    .run(Traces.requests(List.of(List.of(0), List.of(1), List.of(2))), _ -> {});
            // Each request takes ten seconds and should take one.
            assertThat(Duration.ofNanos(result.worstLagNanos()))
                    .isBetween(Duration.ofSeconds(18), Duration.ofSeconds(19));
        }
    }

    @Test
    void rejectsSettingsOutOfRange() {
        var endpoint = RespEndpoint.parse("localhost:1");
        assertThatIllegalArgumentException().isThrownBy(() -> settings(endpoint, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(endpoint, 257, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(endpoint, 1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(endpoint, 1, Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReplaySettings(
                endpoint, 1, 0, 0, "", Duration.ofSeconds(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReplaySettings(
                endpoint, 1, 1, 0, "", Duration.ZERO));
    }

    private ReplayResult replay(FakeRespServer server, int connections, Traffic traffic) {
        return new ReplayRun(settings(server.endpoint(), connections, 0), Clock.system(), tasks)
                .run(traffic, _ -> {});
    }

    private static ReplaySettings settings(RespEndpoint endpoint, int connections, double speed) {
        return new ReplaySettings(endpoint, connections, BLOCK_BYTES, speed, "replay@",
                Duration.ofSeconds(30));
    }

    private static void assertWithin(long nanos, long expected) {
        assertThat(nanos).isBetween(expected * 999 / 1000, expected * 1001 / 1000);
    }

    /// Time that passes by being looked at, and by sleeping.
    private static class TickingClock implements Clock {
        private final AtomicLong nanos = new AtomicLong();
        private final long tickNanos;

        TickingClock(long tickNanos) {
            this.tickNanos = tickNanos;
        }

        long now() {
            return nanos.get();
        }

        void advance(long advanceNanos) {
            nanos.addAndGet(advanceNanos);
        }

        @Override
        public long nanoTime() {
            return nanos.getAndAdd(tickNanos);
        }

        @Override
        public long epochMillis() {
            return nanos.get() / 1_000_000;
        }

        @Override
        public void sleepNanos(long sleepNanos) {
            advance(sleepNanos);
        }
    }
}

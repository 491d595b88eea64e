package dev.varve.door.resp;

import static dev.varve.door.resp.HostileClientTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.testkit.ManualClock;
import dev.varve.testkit.TestSlab;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ThrottleTest {
    private static final Map<String, String> PASSWORDS = Map.of("ann", "a", "bert", "b");
    private static final int KIB = 1024;

    private final ManualClock clock = new ManualClock();

    @Test
    void letsThroughATenthOfASecondAtOnceAndThenItsRate() {
        var throttle = new Throttle(clock, 1000);
        throttle.passed(100);
        assertThat(throttle.debtNanos()).isZero();
        throttle.passed(500);
        assertThat(throttle.debtNanos()).isEqualTo(millis(500));
        clock.advance(Duration.ofMillis(499));
        assertThat(throttle.debtNanos()).isEqualTo(millis(1));
        clock.advance(Duration.ofSeconds(100));
        throttle.passed(101);
        assertThat(throttle.debtNanos()).as("nothing is saved up").isEqualTo(millis(1));
    }

    @Test
    void anotherRateKeepsTheDebtAndTheCount() {
        var throttle = new Throttle(clock, 1000);
        throttle.passed(1100);
        throttle.waited(5);
        var faster = throttle.at(10_000);
        assertThat(faster.debtNanos()).isEqualTo(millis(1000));
        faster.passed(10_000);
        assertThat(faster.debtNanos()).isEqualTo(millis(2000));
        assertThat(faster.waitedNanos()).isEqualTo(5);
        assertThat(throttle.at(1000)).isSameAs(throttle);
    }

    @Test
    void anUnlimitedUserHasNoDebtAndLeavesNone() {
        var unlimited = new Throttle(clock, 0);
        unlimited.passed(Long.MAX_VALUE);
        assertThat(unlimited.debtNanos()).isZero();
        assertThat(unlimited.at(10).debtNanos()).isNegative();
        assertThat(unlimited.at(10).waitedNanos()).isZero();
    }

    @Test
    void delaysTheUsersOwnConnectionsAndNobodyElses() {
        try (var fixture = fixture();
                var ann = fixture.client();
                var other = fixture.client();
                var bert = fixture.client()) {
            ok(ann.ask("AUTH ann a"));
            ok(other.ask("AUTH ann a"));
            ok(bert.ask("AUTH bert b"));
            ann.send(RawClient.request("ECHO", "v".repeat(3000)));
            await(() -> waited(fixture) > 0);
            other.send("PING\r\n");
            for (int i = 0; i < 10; i++) {
                ok(bert.ask("SET k " + "v".repeat(100_000)));
            }
            assertThat(ann.available()).isZero();
            assertThat(other.available()).isZero();
            arrives(ann);
            assertThat(ann.reply()).hasSize(3000 + 9);
            arrives(other);
            assertThat(other.reply()).isEqualTo("+PONG\r\n");
        }
    }

    @Test
    void alwaysAnswersHoweverFarAboveTheRate() {
        try (var fixture = fixture(); var ann = fixture.client()) {
            ok(ann.ask("AUTH ann a"));
            for (int i = 0; i < 3; i++) {
                ann.send(RawClient.request("SET", "k" + i, "v".repeat(20_000)));
                ann.send("STRLEN k" + i + "\r\n");
            }
            for (int i = 0; i < 3; i++) {
                arrives(ann);
                ok(ann.reply());
                arrives(ann);
                assertThat(ann.reply()).isEqualTo(":20000\r\n");
            }
            assertThat(waited(fixture)).isPositive();
        }
    }

    @Test
    void aReloadEndsThePauseOfAnOpenConnection() {
        try (var fixture = fixture(); var ann = fixture.client()) {
            ok(ann.ask("AUTH ann a"));
            ann.send(RawClient.request("SET", "k", "v".repeat(100_000)));
            await(() -> waited(fixture) > 0);
            fixture.door.admit(PASSWORDS, Map.of("bert", new Access(List.of(), KIB)));
            ok(ann.reply());
            assertThat(fixture.door.counters().waitedNanosByUser()).containsOnlyKeys("bert");
        }
    }

    @Test
    void aClientThatLeavesInAPauseLeavesNothingBehind() {
        try (var fixture = fixture(); var ann = fixture.client()) {
            ok(ann.ask("AUTH ann a"));
            ann.send(RawClient.request("SET", "k", "v".repeat(100_000)));
            await(() -> waited(fixture) > 0);
            ann.hangUp();
            await(() -> {
                clock.advance(Duration.ofMinutes(1));
                return fixture.door.counters().connectionsOpen() == 0;
            });
        }
    }

    private DoorFixture fixture() {
        return new DoorFixture(settings -> settings.withUsers(PASSWORDS)
                .withAccesses(Map.of("ann", new Access(List.of(), KIB))), clock,
                TestSlab.of(16 << 20));
    }

    private void arrives(RawClient client) {
        await(() -> {
            clock.advance(Duration.ofSeconds(1));
            return client.available() > 0;
        });
    }

    private static long waited(DoorFixture fixture) {
        return fixture.door.counters().waitedNanosByUser().getOrDefault("ann", 0L);
    }

    private static void ok(String reply) {
        assertThat(reply).isEqualTo("+OK\r\n");
    }

    private static long millis(long count) {
        return count * 1_000_000;
    }
}

package dev.varve.door.resp;

import static dev.varve.door.resp.HostileClientTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Users who come, go and change their passwords while clients are connected.
final class ChangingUsersTest {
    private static final String NO_USER = "-NOAUTH Authentication required.\r\n";
    private static final String WRONG = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

    @Test
    void takesNewPasswordsFromNewClientsAndLeavesTheOthersAlone() {
        try (var fixture = with(Map.of("ann", "old")); var before = fixture.client()) {
            assertThat(before.ask("AUTH ann old")).isEqualTo("+OK\r\n");
            fixture.door.admit(Map.of("ann", "new"), Map.of());
            assertThat(before.ask("SET k v")).isEqualTo("+OK\r\n");
            try (var after = fixture.client()) {
                assertThat(after.ask("AUTH ann old")).isEqualTo(WRONG);
                assertThat(after.ask("AUTH ann new")).isEqualTo("+OK\r\n");
            }
            assertThat(before.ask("AUTH ann old")).isEqualTo(WRONG);
            assertThat(before.ask("GET k")).isEqualTo("$1\r\nv\r\n");
        }
    }

    @Test
    void closesTheConnectionsOfUsersWhoAreGone() {
        try (var fixture = with(Map.of("ann", "a", "bert", "b"));
                var ann = fixture.client();
                var bert = fixture.client();
                var guest = fixture.client()) {
            assertThat(ann.ask("AUTH ann a")).isEqualTo("+OK\r\n");
            assertThat(bert.ask("AUTH bert b")).isEqualTo("+OK\r\n");
            assertThat(guest.ask("PING")).isEqualTo(NO_USER);
            fixture.door.admit(Map.of("ann", "a"), Map.of());
            assertThat(bert.isClosedByServer()).isTrue();
            assertThat(ann.ask("PING")).isEqualTo("+PONG\r\n");
            assertThat(guest.ask("AUTH bert b")).isEqualTo(WRONG);
        }
    }

    @Test
    void closesTheConnectionOfAUserWhoIsGoneInTheMiddleOfAValue() {
        try (var fixture = with(Map.of("ann", "a", "bert", "b"));
                var ann = fixture.client();
                var bert = fixture.client()) {
            fixture.engine.unsure(1);
            assertThat(ann.ask("AUTH ann a")).isEqualTo("+OK\r\n");
            assertThat(bert.ask("AUTH bert b")).isEqualTo("+OK\r\n");
            bert.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4000000\r\n");
            await(() -> fixture.engine.openWriters.get() == 1);
            fixture.door.admit(Map.of("ann", "a"), Map.of());
            assertThat(bert.isClosedByServer()).isTrue();
            await(() -> fixture.engine.openWriters.get() == 0);
            assertThat(ann.ask("EXISTS k")).isEqualTo(":0\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PING", "AUTH default anything", "HELLO 3 AUTH default anything"})
    void asksThoseWhoCameInWithoutAPassword(String first) {
        try (var fixture = with(Map.of()); var client = fixture.client()) {
            assertThat(client.ask(first)).doesNotStartWith("-");
            fixture.door.admit(Map.of("default", "secret"), Map.of());
            assertThat(client.ask("GET k")).isEqualTo(NO_USER);
            assertThat(client.ask("AUTH wrong")).isEqualTo(WRONG);
            assertThat(client.ask("AUTH secret")).isEqualTo("+OK\r\n");
            assertThat(client.ask("EXISTS k")).isEqualTo(":0\r\n");
        }
    }

    @Test
    void letsEverybodyInWhenThereAreNoUsersAnyMore() {
        try (var fixture = with(Map.of("ann", "a")); var guest = fixture.client()) {
            assertThat(guest.ask("PING")).isEqualTo(NO_USER);
            fixture.door.admit(Map.of(), Map.of());
            assertThat(guest.ask("PING")).isEqualTo("+PONG\r\n");
        }
    }

    private static DoorFixture with(Map<String, String> users) {
        return new DoorFixture(settings -> settings.withUsers(users));
    }
}

package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.BucketClass;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.SystemTasks;
import dev.varve.testkit.TestSlab;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients hear when the engine fails: nothing from a cache, the truth from a durable bucket.
final class FailureTest {
    private static StorageException broken() {
        return new StorageException(Kind.UNAVAILABLE, "the disk is gone");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 100_000, 3_000_000})
    void answersOkForAValueThatACacheCannotKeepAndForgetsTheOldOne(int length) {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            assertThat(client.ask("SET k old")).isEqualTo("+OK\r\n");
            fixture.engine.writeFailure = Optional.of(broken());
            client.send(RawClient.request("SET", "k", "x".repeat(length)));
            assertThat(client.readText(5)).isEqualTo("+OK\r\n");
            fixture.engine.writeFailure = Optional.empty();
            assertThat(client.ask("GET k")).isEqualTo("$-1\r\n");
            assertThat(fixture.door.counters().lostWrites()).isEqualTo(1);
            assertThat(fixture.door.counters().errors()).isZero();
        }
    }

    @Test
    void heedsConditionsOfValuesThatItCannotKeep() {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            assertThat(client.ask("SET k old")).isEqualTo("+OK\r\n");
            fixture.engine.writeFailure = Optional.of(broken());
            assertThat(client.ask("SET k new NX")).isEqualTo("$-1\r\n");
            assertThat(client.ask("GET k")).isEqualTo("$3\r\nold\r\n");
            assertThat(client.ask("SET none new XX")).isEqualTo("$-1\r\n");
            assertThat(client.ask("SET none new NX")).isEqualTo("+OK\r\n");
        }
    }

    @Test
    void answersOkForAValueThatFindsNoMemory() {
        try (var fixture = new DoorFixture(
                settings -> settings, Clock.system(), TestSlab.of(4 << 20));
                var client = fixture.client()) {
            client.send(RawClient.request("SET", "k", "x".repeat(8 << 20)));
            assertThat(client.readText(5)).isEqualTo("+OK\r\n");
            assertThat(client.ask("EXISTS k")).isEqualTo(":0\r\n");
            assertThat(client.ask("SET k small")).isEqualTo("+OK\r\n");
            assertThat(client.ask("GET k")).isEqualTo("$5\r\nsmall\r\n");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"CORRUPT", "ABSENT", "UNAVAILABLE"})
    void missesWhatACacheCannotRead(Kind kind) {
        try (var fixture = new DoorFixture(); var client = fixture.client()) {
            assertThat(client.ask("MSET a 1 b 2")).isEqualTo("+OK\r\n");
            fixture.engine.readFailure = Optional.of(new StorageException(kind, "injected"));
            assertThat(client.readFixed("GET a", 5)).isEqualTo("$-1\r\n");
            assertThat(client.readFixed("EXISTS a", 4)).isEqualTo(":0\r\n");
            assertThat(client.ask("MGET a b")).isEqualTo("*2\r\n$-1\r\n$-1\r\n");
            assertThat(client.ask("GETRANGE a 0 -1")).isEqualTo("$0\r\n\r\n");
            fixture.engine.unsure(1);
            assertThat(client.readFixed("GET a", 5)).isEqualTo("$-1\r\n");
            assertThat(client.readFixed("EXISTS a b", 4)).isEqualTo(":0\r\n");
            fixture.engine.readFailure = Optional.empty();
            assertThat(client.ask("MGET a b")).isEqualTo("*2\r\n$1\r\n1\r\n$1\r\n2\r\n");
        }
    }

    @Test
    void closesWhenALongReplyCannotBeFinished() {
        int length = 32 << 20;
        try (var fixture = new DoorFixture();
                var client = new RawClient(fixture.port(), 4096)) {
            fixture.engine.unsure(1);
            client.send(RawClient.request("SET", "k", "x".repeat(length)));
            assertThat(client.reply()).isEqualTo("+OK\r\n");
            client.send(RawClient.request("GET", "k"));
            assertThat(client.readText(11)).isEqualTo("$33554432\r\n");
            fixture.engine.readFailure = Optional.of(broken());
            assertThat(client.readAll().length()).isBetween(1, length - 1);
            fixture.engine.readFailure = Optional.empty();
        }
    }

    @Test
    void tellsTheTruthAboutADurableBucket() {
        try (var fixture = new DoorFixture(settings -> named(settings, "notes"));
                var client = fixture.client()) {
            fixture.engine.deleteBucket("notes-1");
            fixture.engine.createBucket("notes-1", BucketClass.DURABLE);
            assertThat(client.ask("SELECT 1")).isEqualTo("+OK\r\n");
            assertThat(client.ask("SET k v")).isEqualTo("+OK\r\n");
            fixture.engine.writeFailure = Optional
                    .of(new StorageException(Kind.FULL, "the budget is spent"));
            assertThat(client.ask("SET k w")).isEqualTo(
                    "-OOM command not allowed when used memory > 'maxmemory'.\r\n");
            client.send(RawClient.request("SET", "k", "w".repeat(1 << 20)));
            assertThat(client.reply()).startsWith("-OOM ");
            assertThat(client.ask("GET k")).isEqualTo("$1\r\nv\r\n");
            fixture.engine.readFailure = Optional.of(broken());
            assertThat(client.ask("GET k")).isEqualTo(
                    "-ERR storage failed: the disk is gone\r\n");
            assertThat(fixture.door.counters().errors()).isEqualTo(3);
            fixture.engine.readFailure = Optional.empty();
        }
    }

    @Test
    void saysThatItCannotListen() {
        try (var fixture = new DoorFixture(); var tasks = new SystemTasks()) {
            assertThatThrownBy(() -> RespDoor.open(
                    fixture.engine, RespSettings.on("127.0.0.1", fixture.port()), Clock.system(),
                    tasks, LatencyRecorder.NONE))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + fixture.port());
        }
    }

    private static RespSettings named(RespSettings base, String bucket) {
        return new RespSettings(
                base.host(), base.port(), base.users(), base.maxBulkBytes(), base.maxKeyBytes(),
                base.maxClients(), base.maxInlineBytes(), base.maxArguments(),
                base.argumentMemoryBytes(), base.writeStall(), base.loopThreads(), bucket,
                base.accesses());
    }
}

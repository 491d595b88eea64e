package dev.varve.door.local;

import static dev.varve.door.local.DoorFixture.await;
import static dev.varve.door.local.DoorFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.varve.door.local.FrameLayout.Kind;
import dev.varve.door.local.FrameLayout.Status;
import dev.varve.engine.ObjectKey;
import dev.varve.env.StorageException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
@Timeout(120)
final class LocalDoorTest {
    @TempDir
    Path folder;

    private DoorFixture fixture;

    @BeforeEach
    void open() {
        fixture = new DoorFixture(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void tellsWhereAValueLies() {
        var value = value(1, 923_456);
        fixture.bucket().put(ObjectKey.of("k"), value);
        try (var client = fixture.client()) {
            var entries = client.get("k", "absent", "k");
            assertThat(entries).extracting(RawClient.Entry::outcome)
                    .containsExactly(FrameLayout.LEASED, FrameLayout.MISS, FrameLayout.LEASED);
            var first = entries.getFirst();
            assertThat(first.length()).isEqualTo(value.length);
            assertThat(fixture.mapped(first.parts())).isEqualTo(value);
            var crc = new CRC32C();
            crc.update(value);
            assertThat(first.crcs()).containsExactly((int) crc.getValue());
            assertThat(first.handle()).isNotEqualTo(entries.getLast().handle());
            assertThat(fixture.door.counters().leasedBytes()).isEqualTo(2L * value.length);
        }
        await(() -> fixture.door.counters().leasedBytes() == 0);
    }

    @Test
    void storesSendsAndFindsValues() {
        try (var client = fixture.client()) {
            for (int length : new int[]{0, 1, 4096, 3_000_000}) {
                var value = value(length, length);
                assertThat(client.ask(Kind.PUT, RawClient.put("v", value)).status())
                        .isEqualTo(Status.OK);
                var read = client.ask(Kind.READ, RawClient.keys("v"));
                assertThat(read.status()).isEqualTo(Status.OK);
                assertThat(read.body().array()).isEqualTo(value);
            }
            assertThat(client.ask(Kind.READ, RawClient.keys("absent")).status())
                    .isEqualTo(Status.MISS);
            assertThat(client.ask(Kind.EXISTS, RawClient.keys("absent", "v")).body().array())
                    .containsExactly(0, 1);
        }
    }

    @Test
    void keepsWhatIsLeasedWhileItIsReplaced() {
        var before = value(1, 500_000);
        fixture.bucket().put(ObjectKey.of("k"), before);
        try (var client = fixture.client()) {
            var entry = client.get("k").getFirst();
            fixture.bucket().put(ObjectKey.of("k"), value(2, 500_000));
            for (int i = 0; i < 40; i++) {
                fixture.bucket().put(ObjectKey.of("other" + i), value(i, 1_000_000));
            }
            assertThat(fixture.mapped(entry.parts())).isEqualTo(before);
        }
    }

    @Test
    void readsWhatLiesOnFlashIntoMemoryFirst() {
        var keys = new ArrayList<String>();
        try (var client = fixture.client()) {
            for (int i = 0; i < 48; i++) {
                keys.add("k" + i);
                assertThat(client.ask(Kind.PUT, RawClient.put("k" + i, value(i, 1_000_000)))
                        .status()).isEqualTo(Status.OK);
            }
            int hits = 0;
            for (int i = 0; i < 48; i++) {
                var entry = client.get(keys.get(i)).getFirst();
                if (entry.outcome() == FrameLayout.LEASED) {
                    hits++;
                    assertThat(fixture.mapped(entry.parts())).isEqualTo(value(i, 1_000_000));
                    client.send(Kind.RELEASE, RawClient.handles(entry.handle()));
                }
            }
            assertThat(hits).isGreaterThan(24);
            assertThat(fixture.store.engine().status().reads().flashBlocks()).isPositive();
        }
    }

    @Test
    void leasesOneClientNoMoreThanItsShare() {
        fixture.bucket().put(ObjectKey.of("k"), value(1, 900_000));
        try (var client = fixture.client(); var other = fixture.client()) {
            // 16 MiB of memory: 4 MiB for all, 2 MiB for one.
            var entries = client.get("k", "k", "k");
            assertThat(entries).extracting(RawClient.Entry::outcome)
                    .containsExactly(FrameLayout.LEASED, FrameLayout.LEASED, FrameLayout.UNLEASED);
            assertThat(entries.getLast().length()).isEqualTo(900_000);
            assertThat(client.ask(Kind.READ, RawClient.keys("k")).body().array())
                    .isEqualTo(value(1, 900_000));
            assertThat(other.get("k", "k").getLast().outcome()).isEqualTo(FrameLayout.LEASED);
            try (var third = fixture.client()) {
                assertThat(third.get("k").getFirst().outcome()).isEqualTo(FrameLayout.UNLEASED);
                client.send(Kind.RELEASE, RawClient.handles(entries.getFirst().handle()));
                assertThat(client.get("absent").getFirst().outcome()).isEqualTo(FrameLayout.MISS);
                assertThat(third.get("k").getFirst().outcome()).isEqualTo(FrameLayout.LEASED);
            }
        }
        assertThat(fixture.door.counters().unleased()).isEqualTo(2);
    }

    @Test
    void leasesOneClientNoMoreThanSoManyValues() {
        fixture.bucket().put(ObjectKey.of("k"), value(1, 10));
        try (var client = fixture.client()) {
            assertThat(client.get("k", "k", "k", "k", "k", "k", "k", "k", "k"))
                    .extracting(RawClient.Entry::outcome)
                    .endsWith(FrameLayout.LEASED, FrameLayout.UNLEASED);
        }
    }

    @Test
    void endsLeasesWhenTheirTimeIsOver() {
        fixture.bucket().put(ObjectKey.of("k"), value(1, 900_000));
        try (var client = fixture.client()) {
            client.get("k");
            fixture.clock.advance(DoorFixture.LEASE.dividedBy(2));
            var second = client.get("k").getFirst();
            fixture.clock.advance(DoorFixture.LEASE.dividedBy(2).minusNanos(1));
            assertThat(fixture.checks.step("local-leases")).isZero();
            assertThat(fixture.door.counters().leasedBytes()).isEqualTo(1_800_000);
            fixture.clock.advance(Duration.ofNanos(1));
            assertThat(fixture.checks.step("local-leases")).isEqualTo(1);
            assertThat(fixture.door.counters().leasedBytes()).isEqualTo(900_000);
            fixture.clock.advance(DoorFixture.LEASE);
            assertThat(fixture.checks.step("local-leases")).isEqualTo(1);
            assertThat(fixture.door.counters().leasedBytes()).isZero();
            assertThat(fixture.door.counters().expired()).isEqualTo(2);
            client.send(Kind.RELEASE, RawClient.handles(second.handle()));
            assertThat(client.get("k").getFirst().outcome()).isEqualTo(FrameLayout.LEASED);
        }
    }

    @Test
    void releasesEachHandleOnceAndForItsOwnClientAlone() {
        fixture.bucket().put(ObjectKey.of("k"), value(1, 900_000));
        try (var client = fixture.client(); var other = fixture.client()) {
            var mine = client.get("k").getFirst();
            var theirs = other.get("k", "k");
            assertThat(theirs.getFirst().handle()).isEqualTo(mine.handle());
            client.send(Kind.RELEASE, RawClient.handles(
                    mine.handle(), mine.handle(), 0, -1, theirs.getLast().handle(), 77));
            assertThat(client.get("absent").getFirst().outcome()).isEqualTo(FrameLayout.MISS);
            assertThat(fixture.door.counters().leasedBytes()).isEqualTo(1_800_000);
            assertThat(fixture.mapped(theirs.getLast().parts())).isEqualTo(value(1, 900_000));
        }
    }

    @Test
    void closesAClientThatStopsInTheMiddleOfAValue() {
        try (var stuck = fixture.client(); var idle = fixture.client()) {
            stuck.send(RawClient.frame(Kind.PUT.code(), 0, 2_000_003,
                    RawClient.put("k", new byte[1000])));
            await(() -> fixture.store.engine().status().tiers().getFirst().usedBytes() > 0);
            fixture.clock.advance(DoorFixture.STALL.plusSeconds(1));
            fixture.checks.step("local-leases");
            assertThat(stuck.isClosedByDoor()).isTrue();
            await(() -> fixture.store.engine().status().tiers().getFirst().usedBytes() == 0);
            assertThat(idle.get("k").getFirst().outcome()).isEqualTo(FrameLayout.MISS);
        }
    }

    @Test
    void closesAClientThatDoesNotTakeAValue() {
        fixture.bucket().put(ObjectKey.of("k"), value(1, 8_000_000));
        try (var stuck = fixture.client()) {
            stuck.send(Kind.READ, RawClient.keys("k"));
            assertThat(stuck.read(FrameLayout.HEADER_BYTES).getInt(4)).isEqualTo(8_000_000);
            fixture.clock.advance(DoorFixture.STALL.plusSeconds(1));
            fixture.checks.step("local-leases");
            await(() -> fixture.door.counters().connectionsOpen() == 0);
        }
    }

    @Test
    void turnsAwayOneClientTooMany() {
        fixture.door.close();
        var second = fixture.open(Entry.FREE, 1000);
        var clients = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < 1000; i++) {
                clients.add(fixture.client());
            }
            try (var late = RawClient.silent(fixture.socket)) {
                assertThat(late.isClosedByDoor()).isTrue();
            }
            assertThat(second.counters().connectionsRefused()).isEqualTo(1);
            assertThat(clients.getLast().get("k").getFirst().outcome())
                    .isEqualTo(FrameLayout.MISS);
        } finally {
            clients.forEach(RawClient::close);
            second.close();
        }
    }

    @Test
    void isForItsOwnUserAlone() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fixture.socket)))
                .isEqualTo("rw-------");
    }

    @Test
    void replacesTheSocketOfAKilledServerAndNothingElse() throws IOException {
        var refusal = catchThrowableOfType(
                StorageException.class, () -> fixture.open(Entry.FREE, 1).close());
        assertThat(refusal.kind()).isEqualTo(StorageException.Kind.CONFLICT);
        fixture.door.close();
        assertThat(fixture.socket).doesNotExist();
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(fixture.socket));
        }
        assertThat(fixture.socket).exists();
        fixture.open(Entry.FREE, 1).close();
        Files.writeString(fixture.socket, "mine");
        refusal = catchThrowableOfType(
                StorageException.class, () -> fixture.open(Entry.FREE, 1).close());
        assertThat(refusal).hasMessageContaining("is something else");
        assertThat(fixture.socket).hasContent("mine");
    }

    @Test
    void refusesAPathThatNoSocketCanHave() {
        var path = folder.resolve("x".repeat(LocalSettings.MAX_PATH_BYTES));
        var settings = LocalSettings.at(path, "kv");
        var refusal = catchThrowableOfType(StorageException.class, () -> LocalDoor
                .open(fixture.store.engine(), settings, Entry.FREE, fixture.clock, fixture.checks)
                .close());
        assertThat(refusal.kind()).isEqualTo(StorageException.Kind.CONFIG);
        assertThat(refusal).hasMessageContaining("must be at most 107 bytes long");
    }

    @Test
    void letsUsersInWhoSayWhoTheyAre() {
        fixture.door.close();
        var users = new ArrayList<>(List.of("app"));
        var entry = new Entry() {
            @Override
            public boolean open() {
                return users.isEmpty();
            }

            @Override
            public boolean has(String user) {
                return users.contains(user);
            }

            @Override
            public boolean admits(String user, String password) {
                return users.contains(user) && password.equals("secret");
            }
        };
        try (var second = fixture.open(entry, 10)) {
            for (var hello : List.of(RawClient.hello(1, "", ""), RawClient.hello(1, "app", "no"),
                    RawClient.hello(1, "nobody", "secret"))) {
                try (var client = RawClient.silent(fixture.socket)) {
                    assertThat(client.ask(Kind.HELLO, hello).status()).isEqualTo(Status.REFUSED);
                    assertThat(client.isClosedByDoor()).isTrue();
                }
            }
            try (var client = RawClient.silent(fixture.socket)) {
                assertThat(client.ask(Kind.HELLO, RawClient.hello(1, "app", "secret")).status())
                        .isEqualTo(Status.OK);
                client.read(1);
                assertThat(client.get("k").getFirst().outcome()).isEqualTo(FrameLayout.MISS);
                users.set(0, "another");
                assertThat(client.ask(Kind.GET, RawClient.keys("k")).status())
                        .isEqualTo(Status.REFUSED);
                assertThat(client.isClosedByDoor()).isTrue();
            }
            assertThat(second.counters().errors()).isEqualTo(4);
        }
    }
}

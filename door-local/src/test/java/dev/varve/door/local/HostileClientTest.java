package dev.varve.door.local;

import static dev.varve.door.local.DoorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.door.local.FrameLayout.Kind;
import dev.varve.door.local.FrameLayout.Status;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Whatever a client says costs that client's connection at most.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
final class HostileClientTest {
    @TempDir
    static Path folder;

    private static DoorFixture fixture;

    @BeforeAll
    static void open() {
        fixture = new DoorFixture(folder);
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @AfterEach
    void othersAreServed() {
        try (var client = fixture.client()) {
            assertThat(client.ask(Kind.PUT, RawClient.put("k", new byte[100])).status())
                    .isEqualTo(Status.OK);
            assertThat(client.get("k").getFirst().outcome()).isEqualTo(FrameLayout.LEASED);
        }
        await(() -> fixture.door.counters().connectionsOpen() == 0);
        assertThat(fixture.door.counters().leasedBytes()).isZero();
    }

    @Test
    void refusesWhatIsNoHello() {
        var badMagic = RawClient.hello(1, "", "");
        badMagic[0]++;
        refusesFirst(Kind.HELLO, badMagic, "must begin with VARVELOC");
        refusesFirst(Kind.HELLO, RawClient.hello(2, "", ""), "the version (2) must be 1");
        refusesFirst(Kind.HELLO, new byte[0], "ends too early");
        refusesFirst(Kind.HELLO, new byte[FrameLayout.HELLO_BYTES - 1], "ends too early");
        refusesFirst(Kind.HELLO, Arrays.copyOf(RawClient.hello(1, "", ""), 17), "goes on after");
        refusesFirst(Kind.GET, RawClient.keys("k"), "the first request must be HELLO");
        refusesFirst(Kind.PUT, RawClient.put("k", new byte[1]), "the first request must be HELLO");
        refuses(Kind.HELLO, RawClient.hello(1, "", ""), "the first request must be HELLO");
    }

    @Test
    void refusesHeadersThatCannotBe() {
        for (int kind : new int[]{0, 7, 255}) {
            refuses(RawClient.frame(kind, 0, 0, new byte[0]), "no request of this protocol");
        }
        refuses(RawClient.frame(Kind.GET.code(), 1, 0, new byte[0]), "no request of this protocol");
        refuses(RawClient.frame(Kind.GET.code(), 0, 0xffffffffL, new byte[0]), "must be at most");
        refuses(RawClient.frame(Kind.GET.code(), 0, FrameLayout.MAX_BODY_BYTES + 1, new byte[0]),
                "must be at most 65536 bytes");
        refuses(RawClient.frame(Kind.PUT.code(), 0, 0xffffffffL, new byte[0]), "must be at most");
    }

    @Test
    void refusesKeysThatCannotBe() {
        refuses(Kind.GET, new byte[0], "ends too early");
        refuses(Kind.GET, new byte[4], "must be about something");
        refuses(Kind.GET, RawClient.keys(""), "the length of a key (0)");
        refuses(Kind.EXISTS, RawClient.keys("x".repeat(4097)), "the length of a key (4097)");
        refuses(Kind.READ, RawClient.keys("a", "b"), "READ must name one key");
        var many = new String[257];
        Arrays.fill(many, "k");
        refuses(Kind.GET, RawClient.keys(many), "the count of keys (257)");
        var cut = RawClient.keys("key");
        refuses(Kind.GET, Arrays.copyOf(cut, cut.length - 1), "ends too early");
        refuses(Kind.GET, Arrays.copyOf(cut, cut.length + 1), "goes on after its end");
    }

    @Test
    void refusesValuesThatCannotBe() {
        refuses(RawClient.frame(Kind.PUT.code(), 0, 3, new byte[3]), "a PUT must have a key");
        refuses(Kind.PUT, RawClient.put("", new byte[10]), "a key of 1 to 4096 bytes");
        refuses(RawClient.frame(Kind.PUT.code(), 0, 5, RawClient.put("long", new byte[1])),
                "a key of 1 to 4096 bytes");
        refuses(RawClient.frame(Kind.PUT.code(), 0, (32 << 20) + 100,
                RawClient.put("k", new byte[1])), "a value of at most 33554432");
    }

    @Test
    void refusesHandlesThatCannotBe() {
        refuses(Kind.RELEASE, new byte[4], "must be about something");
        refuses(Kind.RELEASE, Arrays.copyOf(RawClient.handles(1, 2), 12), "ends too early");
    }

    @Test
    void forgetsClientsThatLeaveInTheMiddle() {
        var frames = new byte[][]{
                RawClient.frame(Kind.GET.code(), 0, 100, new byte[10]),
                RawClient.frame(Kind.PUT.code(), 0, 1_000_000, new byte[2]),
                RawClient.frame(Kind.PUT.code(), 0, 1_000_005, RawClient.put("k", new byte[9])),
                {1, 0, 0}};
        for (var frame : frames) {
            try (var client = fixture.client()) {
                client.send(frame);
            }
            try (var client = fixture.client()) {
                client.send(frame);
                client.shutdownOutput();
                assertThat(client.isClosedByDoor()).isTrue();
            }
        }
    }

    @Test
    void survivesNoise() {
        long seed = 20261124;
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            try (var client = fixture.client()) {
                var body = new byte[random.nextInt(300)];
                random.nextBytes(body);
                int kind = random.nextInt(8);
                client.send(RawClient.frame(kind, 0, body.length, body));
            }
        }
    }

    private static void refusesFirst(Kind kind, byte[] body, String reason) {
        try (var client = RawClient.silent(fixture.socket)) {
            client.send(kind, body);
            refused(client, reason);
        }
    }

    private static void refuses(Kind kind, byte[] body, String reason) {
        refuses(RawClient.frame(kind.code(), 0, body.length, body), reason);
    }

    private static void refuses(byte[] frame, String reason) {
        try (var client = fixture.client()) {
            client.send(frame);
            refused(client, reason);
        }
    }

    private static void refused(RawClient client, String reason) {
        var answer = client.answer();
        assertThat(answer.status()).isEqualTo(Status.REFUSED);
        assertThat(answer.text()).contains(reason);
        assertThat(client.isClosedByDoor()).isTrue();
    }
}

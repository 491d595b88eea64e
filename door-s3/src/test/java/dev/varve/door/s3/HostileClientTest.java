package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.door.s3.S3Settings.Limits;
import dev.varve.door.s3.S3Settings.Timeouts;
import dev.varve.engine.BucketClass;
import dev.varve.engine.ObjectKey;
import dev.varve.store.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that do what no client should: each costs its own connection, and nobody else notices.
final class HostileClientTest {
    private static final Duration SOON = Duration.ofMillis(400);

    private DoorRig rig;
    private Wire good;

    @BeforeEach
    void open(@TempDir Path folder) {
        rig = new DoorRig(folder, S3Settings.DEFAULT
                .withTimeouts(new Timeouts(Duration.ofMinutes(5), SOON, SOON))
                .withLimits(new Limits(8 << 10, 1 << 20, 1L << 30, 64 << 20, 256 << 10, 1 << 20)),
                StoreSettings.of(64L << 20, 256L << 20));
        good = rig.wire();
        good.call("PUT", "/bucket");
    }

    @AfterEach
    void close() {
        assertThat(good.put("/bucket/alive", "yes".getBytes(UTF_8)).status()).isEqualTo(200);
        assertThat(good.call("GET", "/bucket/alive").text()).isEqualTo("yes");
        good.close();
        rig.close();
    }

    @Test
    void garbageIsAnsweredOrCutOff() {
        for (long seed = 1; seed <= 150; seed++) {
            var random = new Random(seed);
            try (var wire = rig.wire()) {
                var bytes = new byte[random.nextInt(2000)];
                random.nextBytes(bytes);
                wire.send(bytes);
                wire.send("\r\n\r\n");
                wire.socket.shutdownOutput();
                while (!wire.isEnded()) {
                    // whatever it says
                }
            } catch (IOException | UncheckedIOException _) {
                // it was cut off while it was still talking
            }
        }
    }

    @Test
    void damagedRequestsAreRefused() {
        for (long seed = 1; seed <= 150; seed++) {
            var random = new Random(seed);
            try (var wire = rig.wire()) {
                var request = wire.request("PUT", "/bucket/damaged").body("hello");
                request.sign();
                var text = new StringBuilder("PUT /bucket/damaged HTTP/1.1\r\n");
                request.headers.forEach((name, value) -> text.append(name)
                        .append(": ")
                        .append(value)
                        .append("\r\n"));
                var bytes = text.append("\r\nhello").toString().getBytes(ISO_8859_1);
                for (int i = 0; i < 1 + random.nextInt(4); i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                wire.send(bytes);
                wire.socket.shutdownOutput();
                while (!wire.isEnded()) {
                    // whatever it says
                }
            } catch (IOException | UncheckedIOException _) {
                // it was cut off while it was still talking
            }
        }
        var found = good.call("GET", "/bucket/damaged");
        assertThat(found.status() == 404 || found.body().length == 5).isTrue();
    }

    @Test
    void hugeHeadersAreRefused() {
        try (var wire = rig.wire()) {
            wire.send("GET / HTTP/1.1\r\nhost: x\r\nx-big: " + "x".repeat(20_000) + "\r\n\r\n");
            var reply = wire.read("GET");
            assertThat(reply.code()).isEqualTo("RequestHeaderSectionTooLarge");
            assertThat(wire.isEnded()).isTrue();
        }
        try (var wire = rig.wire()) {
            wire.send("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nhost: x\r\n\r\n");
            assertThat(wire.read("GET").status()).isEqualTo(400);
        }
    }

    @Test
    void aTruncatedBodyLeavesNothing() throws IOException {
        long before = rig.engine().status().tiers().getFirst().usedBytes();
        for (var target : new String[]{"/bucket/cut", "/bucket/cut?partNumber=1&uploadId="}) {
            var id = target.endsWith("=")
                    ? good.call("POST", "/bucket/cut?uploads")
                            .text()
                            .replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1")
                    : "";
            try (var wire = rig.wire()) {
                var request = wire.request("PUT", target + id)
                        .header("content-length", Integer.toString(8 << 20));
                request.sign();
                request.sendHead();
                wire.send(new byte[5 << 20]);
                wire.socket.shutdownOutput();
                assertThat(wire.isEnded()).isTrue();
            }
        }
        assertThat(good.call("HEAD", "/bucket/cut").status()).isEqualTo(404);
        assertThat(rig.engine().bucket(".uploads-durable").orElseThrow().count()).isEqualTo(1);
        awaitUsed(before);
    }

    @Test
    void aBodyThatStallsIsTimedOut() {
        try (var wire = rig.wire()) {
            var request = wire.request("PUT", "/bucket/stalled").header("content-length", "1000");
            request.sign();
            request.sendHead();
            wire.send(new byte[10]);
            assertThat(wire.read("PUT").code()).isEqualTo("RequestTimeout");
            assertThat(wire.isEnded()).isTrue();
        }
    }

    @Test
    void aReaderThatStopsGivesItsMemoryBack() throws IOException {
        var bucket = rig.engine().createBucket("large", BucketClass.CACHE);
        bucket.put(ObjectKey.of("k"), new byte[24 << 20]);
        try (var wire = rig.wire()) {
            wire.socket.setReceiveBufferSize(4096);
            var request = wire.request("GET", "/large/k");
            request.sign();
            request.sendHead();
            assertThat(wire.socket.getInputStream().read()).isEqualTo('H');
            bucket.remove(ObjectKey.of("k"));
            awaitUsed(0);
        }
    }

    @Test
    void aPipelinerThatNeverReadsIsHeldBackAndCutOff() {
        rig.engine()
                .createBucket("large", BucketClass.CACHE)
                .put(ObjectKey.of("k"), new byte[4 << 20]);
        try (var wire = rig.wire()) {
            wire.socket.setReceiveBufferSize(4096);
            var request = wire.request("GET", "/large/k");
            request.sign();
            for (int i = 0; i < 2000; i++) {
                request.sendHead();
            }
        } catch (IOException | UncheckedIOException _) {
            // it was cut off while it was still asking
        }
    }

    @Test
    void oversizedDocumentsAreRefused() {
        try (var wire = rig.wire()) {
            // Of a longer one the rest is not read, and the client may not see the answer.
            assertThat(wire.request("PUT", "/bucket2").body(new byte[(1 << 20) + 1]).call().code())
                    .isEqualTo("MaxMessageLengthExceeded");
        }
        try (var wire = rig.wire()) {
            var request = wire.request("PUT", "/bucket2").header("transfer-encoding", "chunked");
            request.sign();
            request.sendHead();
            var chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            try {
                for (int i = 0; i < 64; i++) {
                    wire.send(chunk);
                }
            } catch (UncheckedIOException _) {
                // it was refused before it was all sent
            }
            assertThat(good.call("HEAD", "/bucket2").status()).isEqualTo(404);
        }
    }

    @Test
    void anObjectBeyondTheLimitIsRefusedBeforeItIsSent() {
        try (var wire = rig.wire()) {
            var request = wire.request("PUT", "/bucket/huge")
                    .header("expect", "100-continue")
                    .header("content-length", Long.toString(65L << 20));
            request.sign();
            request.sendHead();
            assertThat(wire.read("PUT").code()).isEqualTo("EntityTooLarge");
        }
    }

    @Test
    void manyIdleConnectionsCostLittle() {
        var idle = new ArrayList<Wire>();
        try {
            for (int i = 0; i < 2000; i++) {
                idle.add(rig.wire());
            }
            assertThat(good.call("HEAD", "/bucket").status()).isEqualTo(200);
            assertThat(idle.getLast().call("HEAD", "/bucket").status()).isEqualTo(200);
            assertThat(idle.getFirst().call("HEAD", "/bucket").status()).isEqualTo(200);
        } finally {
            idle.forEach(Wire::close);
        }
    }

    @Test
    void aFullStoreRefusesWritesAndServesReads() {
        var body = new byte[8 << 20];
        new Random(1).nextBytes(body);
        int status = 200;
        int stored = 0;
        while (status == 200 && stored < 100) {
            try (var wire = rig.wire()) {
                var reply = wire.put("/bucket/full/" + stored, body);
                status = reply.status();
                if (status == 200) {
                    stored++;
                } else {
                    assertThat(reply.code()).isEqualTo("XVarveStorageFull");
                }
            }
        }
        assertThat(status).isEqualTo(507);
        assertThat(good.call("GET", "/bucket/full/0").body()).isEqualTo(body);
        for (int i = 0; i < stored; i++) {
            assertThat(good.call("DELETE", "/bucket/full/" + i).status()).isEqualTo(204);
        }
    }

    private void awaitUsed(long bytes) {
        for (int i = 0; i < 2000; i++) {
            if (rig.engine().status().tiers().getFirst().usedBytes() <= bytes) {
                return;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
        assertThat(rig.engine().status().tiers().getFirst().usedBytes())
                .isLessThanOrEqualTo(bytes);
    }
}

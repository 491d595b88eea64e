package dev.varve.checks.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.checks.crash.S3Calls.Refused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/// The real server on a real file system that is smaller than the flash that it was promised.
@Tag("real-server")
final class FullDiskIT {
    private static final int DISK_MEBIBYTES = 112;
    private static final int BALLAST_MEBIBYTES = 40;
    private static final int OBJECT_BYTES = 2 << 20;
    private static final int VALUE_BYTES = 512 << 10;
    /// Half as much again as the disk holds.
    private static final int VALUES = 320;
    private static final int MAX_OBJECTS = 200;

    @TempDir
    Path folder;

    private final List<String> acknowledged = new ArrayList<>();

    @Test
    void aFullDiskRefusesDurableWritesAndLosesNothing() throws Exception {
        var mounted = SmallFileSystem.mount(folder.resolve("small"), DISK_MEBIBYTES);
        Assumptions.assumeTrue(mounted.isPresent(),
                "skipped: mounting a small file system takes root");
        try (var disk = mounted.orElseThrow()) {
            disk.putBallast(BALLAST_MEBIBYTES);
            var server = start(disk);
            try (var s3 = server.s3(); var redis = server.redis()) {
                s3.createBucket();
                setAll(redis, "early");
                setAll(redis, "later");
                int early = countRight(redis, "early");
                int later = countRight(redis, "later");
                System.out.println("full disk: " + early + " of the older values and " + later
                        + " of the younger ones are there");
                assertThat(later).as("younger ones").isGreaterThan(early);
                var refusal = putUntilRefused(s3);
                assertThat(refusal).containsPattern("answered by (507|503) ");
                assertThat(acknowledged).isNotEmpty();
                setAll(redis, "late");
                assertThat(countRight(redis, "late")).as("in memory").isPositive();
                checkDurable(s3);

                disk.dropBallast();
                s3.put("afterwards", bytes("afterwards", OBJECT_BYTES));
                acknowledged.add("afterwards");
                setAll(redis, "afterwards");
                checkDurable(s3);
            } finally {
                server.stop();
            }
            checkRestart(disk);
        }
    }

    private void checkRestart(SmallFileSystem disk) throws Exception {
        ServerProcess.verify(data(disk), folder.resolve("verify.log"));
        var server = start(disk);
        try (var s3 = server.s3(); var redis = server.redis()) {
            checkDurable(s3);
            assertThat(countRight(redis, "afterwards")).as("cached over the restart").isPositive();
            s3.put("at-last", bytes("at-last", OBJECT_BYTES));
        } finally {
            server.close();
        }
    }

    private ServerProcess start(SmallFileSystem disk) throws Exception {
        // A policy that resists scans keeps the older of blocks that nobody reads, on any disk.
        var server = ServerProcess.start(data(disk), folder.resolve("server.log"), "40m", "1g",
                "--eviction", "s3-fifo");
        server.awaitReady();
        return server;
    }

    private static Path data(SmallFileSystem disk) {
        return disk.folder().resolve("data");
    }

    private String putUntilRefused(S3Calls s3) throws Exception {
        for (int i = 0; i < MAX_OBJECTS; i++) {
            try {
                s3.put("object-" + i, bytes("object-" + i, OBJECT_BYTES));
                acknowledged.add("object-" + i);
            } catch (Refused refused) {
                return String.valueOf(refused.getMessage());
            }
        }
        throw new AssertionError("a disk of " + DISK_MEBIBYTES + " MiB took " + MAX_OBJECTS
                + " objects of 2 MiB");
    }

    private void checkDurable(S3Calls s3) throws Exception {
        for (var key : acknowledged) {
            assertThat(s3.get(key)).as(key)
                    .hasValueSatisfying(value -> assertThat(value)
                            .isEqualTo(bytes(key, OBJECT_BYTES)));
        }
    }

    private static void setAll(Jedis redis, String name) {
        for (int i = 0; i < VALUES; i++) {
            var key = name + "-" + i;
            assertThat(redis.set(key.getBytes(UTF_8), bytes(key, VALUE_BYTES))).isEqualTo("OK");
        }
    }

    /// How many values are there; all that are must be right.
    private static int countRight(Jedis redis, String name) {
        int count = 0;
        for (int i = 0; i < VALUES; i++) {
            var key = name + "-" + i;
            var value = Optional.ofNullable(redis.get(key.getBytes(UTF_8)));
            value.ifPresent(found -> assertThat(found).as(key).isEqualTo(bytes(key, VALUE_BYTES)));
            count += value.isPresent() ? 1 : 0;
        }
        return count;
    }

    private static byte[] bytes(String key, int length) {
        var bytes = new byte[length];
        new Random(key.hashCode()).nextBytes(bytes);
        return bytes;
    }
}

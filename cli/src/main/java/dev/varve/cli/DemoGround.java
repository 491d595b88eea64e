package dev.varve.cli;

import dev.varve.door.s3.S3Settings.ETags;
import dev.varve.env.Clock;
import dev.varve.env.Randomness;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.replay.RespEndpoint;
import dev.varve.replay.S3Endpoint;
import dev.varve.replay.TierCounters;
import dev.varve.server.ByteSize;
import dev.varve.server.Endpoint;
import dev.varve.server.S3Keys;
import dev.varve.server.Setting;
import dev.varve.server.Settings;
import dev.varve.server.TierMedia;
import dev.varve.server.VarveServer;
import dev.varve.store.StoreSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/// A server in a temporary folder; closing it, or a signal, ends the one and removes the other.
///
/// Thread-safe: closing is synchronized, the rest does not change.
final class DemoGround implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String REGION = "us-east-1";
    private static final String PREFIX = "varve-demo";
    private static final Path ON_DISK = Path.of("/var/tmp");
    private static final long FLASH_SLACK_BYTES = 1L << 30;
    private static final int INTERRUPTED = 130;

    private final Settings settings;
    private final VarveServer server;
    private final S3Keys keys;
    private final CountDownLatch waiting = new CountDownLatch(1);
    private volatile boolean canWait;
    private boolean closed;

    private DemoGround(Settings settings, VarveServer server, S3Keys keys) {
        this.settings = settings;
        this.server = server;
        this.keys = keys;
    }

    /// Makes the folder and starts the server, on the usual ports where they are free.
    ///
    /// @param parent    where to make the folder
    /// @param dataBytes how much there will be: memory gets a tenth of it, flash takes all of it
    /// @throws StorageException FULL if the disk has no room for it
    static DemoGround prepare(Optional<Path> parent, long dataBytes) {
        long flashBytes = dataBytes / 4 * 5 + FLASH_SLACK_BYTES;
        var folder = makeFolder(parent.orElseGet(DemoGround::temporary), flashBytes);
        try {
            long memoryBytes = Math.max(StoreSettings.MIN_MEMORY_BYTES, dataBytes / 10);
            var settings = new Settings(
                    folder, StoreSettings.of(memoryBytes, flashBytes), TierMedia.DEFAULT,
                    usualOrFree(Setting.RESP_PORT), 0, Map.of(), List.of(), Optional.empty(),
                    Optional.empty(), usualOrFree(Setting.S3_PORT), "localhost", REGION, ETags.MD5,
                    usualOrFree(Setting.ADMIN_PORT));
            var server = VarveServer.start(settings, Clock.system(), Randomness.system());
            var ground = new DemoGround(settings, server, S3Keys.read(folder).orElseThrow());
            Signals.onTermination(ground::heard);
            return ground;
        } catch (RuntimeException e) {
            remove(folder);
            throw e;
        }
    }

    RespEndpoint resp() {
        var endpoint = server.endpoints().resp();
        return new RespEndpoint(endpoint.host(), endpoint.port(), Optional.empty());
    }

    S3Endpoint s3() {
        return new S3Endpoint(
                URI.create("http://" + server.endpoints().s3()), keys.accessKey(), keys.secretKey(),
                REGION);
    }

    TierCounters counters() {
        return TierCounters.of(server.engine());
    }

    /// What was started, a line each.
    List<String> description() {
        return Stream.concat(
                Stream.of("A server in " + settings.data() + ", with "
                        + ByteSize.format(settings.store().memoryBytes()) + " of memory and "
                        + ByteSize.format(settings.store().flashBytes()) + " of flash."),
                server.remarks().stream().map(remark -> "note: " + remark))
                .toList();
    }

    /// How to reach the server, a line each.
    ///
    /// @param stays whether it will be there
    List<String> invitation(boolean stays) {
        var endpoints = server.endpoints();
        return List.of(
                stays
                        ? "The server stays up until Ctrl-C. Try it:"
                        : "Without --exit the server would now stay up. You would reach it so:",
                "",
                "  redis-cli -p " + endpoints.resp().port() + " set greeting hello",
                "",
                "  export AWS_ACCESS_KEY_ID=" + keys.accessKey(),
                "  export AWS_SECRET_ACCESS_KEY=" + keys.secretKey(),
                "  aws --endpoint-url http://" + endpoints.s3() + " --region " + REGION
                        + " s3 ls s3://dataset/",
                "",
                "  LMCache, in lmcache.yaml:",
                "  remote_url: \"redis://" + endpoints.resp() + "\"",
                "",
                "  varve status --admin " + endpoints.admin());
    }

    /// Returns when somebody ends the process.
    void awaitSignal() throws InterruptedException {
        canWait = true;
        waiting.await();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            server.close();
            remove(settings.data());
        }
    }

    /// In the middle of the demo a signal ends it here and now; later it ends the waiting.
    private void heard() {
        if (waiting.getCount() == 0) {
            Runtime.getRuntime().halt(INTERRUPTED);
        }
        waiting.countDown();
        if (!canWait) {
            close();
            Runtime.getRuntime().halt(INTERRUPTED);
        }
    }

    /// The system's place for temporary files, unless that is memory and there is one on a disk.
    private static Path temporary() {
        var usual = Path.of(System.getProperty("java.io.tmpdir"));
        return isMemory(usual) && Files.isWritable(ON_DISK) && !isMemory(ON_DISK) ? ON_DISK : usual;
    }

    private static boolean isMemory(Path folder) {
        try {
            return Files.getFileStore(folder).type().equals("tmpfs");
        } catch (IOException e) {
            return false;
        }
    }

    private static Path makeFolder(Path parent, long neededBytes) {
        try {
            long usableBytes = Files.getFileStore(parent).getUsableSpace();
            if (usableBytes < neededBytes) {
                throw new StorageException(
                        Kind.FULL,
                        "the demo needs " + ByteSize.format(neededBytes) + " of disk, and "
                                + parent + " has " + ByteSize.format(usableBytes)
                                + "; choose another place with --in, or fewer --blocks");
            }
            return Files.createTempDirectory(parent, PREFIX);
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNAVAILABLE, "a folder must be possible in " + parent + ": " + e, e);
        }
    }

    private static Endpoint usualOrFree(Setting port) {
        int usual = Integer.parseInt(port.fallback());
        try (var probe = new ServerSocket(usual, 1, InetAddress.getLoopbackAddress())) {
            return new Endpoint(HOST, probe.getLocalPort());
        } catch (IOException e) {
            return new Endpoint(HOST, 0);
        }
    }

    private static void remove(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE, folder + " could not be removed: " + e, e);
        }
    }
}

package dev.varve.bench;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The servers that Varve is compared with, as Debian packages them, started with what makes them
/// fastest at the work.
///
/// Thread-safe: stateless.
final class Peers {
    private static final Duration START_TIME = Duration.ofSeconds(10);

    private Peers() {}

    /// A running peer and where it listens.
    record Peer(ChildProcess process, InetSocketAddress address) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    /// Redis without persistence.
    static Peer redis(Workplace workplace) throws InterruptedException {
        int port = ChildProcess.freePort();
        return start(workplace, "redis", port, List.of("redis-server",
                "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--dir", workplace.folder("redis").toString()));
    }

    /// memcached with its flash tier.
    static Peer memcached(Workplace workplace, long memoryBytes, long flashBytes)
            throws InterruptedException {
        int port = ChildProcess.freePort();
        var command = new ArrayList<>(List.of("memcached", "-p", Integer.toString(port),
                "-l", "127.0.0.1", "-m", Long.toString(memoryBytes >> 20), "-I", "2m", "-t", "2",
                "-o", "ext_threads=4,ext_path=" + extstoreFile(workplace) + ":"
                        + (flashBytes >> 20) + "m"));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "root"));
        }
        return start(workplace, "memcached", port, command);
    }

    /// Where memcached keeps what is not in memory.
    static Path extstoreFile(Workplace workplace) {
        return workplace.folder("memcached").resolve("extstore");
    }

    private static Peer start(Workplace workplace, String name, int port, List<String> command)
            throws InterruptedException {
        ChildProcess process = ChildProcess.start(workplace.folder("logs"), name, command);
        try {
            process.awaitPort(port, START_TIME);
            return new Peer(process, ChildProcess.loopback(port));
        } catch (IllegalStateException | InterruptedException e) {
            process.close();
            throw e;
        }
    }
}

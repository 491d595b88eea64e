package dev.varve.bench;

import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The servers that Varve is compared with, as Debian packages them, started with what makes them
/// fastest at the work.
///
/// Thread-safe: stateless.
final class Peers {
    private static final Duration START_TIME = Duration.ofSeconds(10);
    private static final String VALKEY = "valkey-server";

    private Peers() {}

    /// A running peer and where it listens.
    record Peer(ChildProcess process, InetSocketAddress address) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    /// Redis without persistence.
    ///
    /// @param more options of `redis-server`
    static Peer redis(Workplace workplace, String... more) throws InterruptedException {
        return redisLike("redis-server", "redis", workplace, more);
    }

    /// Valkey without persistence, where its server is on the path.
    ///
    /// @param more options of `valkey-server`
    static Optional<Peer> valkey(Workplace workplace, String... more)
            throws InterruptedException {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, VALKEY)))
                        ? Optional.of(redisLike(VALKEY, "valkey", workplace, more))
                        : Optional.empty();
    }

    private static Peer redisLike(
            String program,
            String name,
            Workplace workplace,
            String... more) throws InterruptedException {
        int port = ChildProcess.freePort();
        var command = new ArrayList<>(List.of(program,
                "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--dir", workplace.folder(name).toString()));
        command.addAll(List.of(more));
        // Several may run at a time, each with a log of its own.
        return start(workplace, name + "-" + port, port, command);
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

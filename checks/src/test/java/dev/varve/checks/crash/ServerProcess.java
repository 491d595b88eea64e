package dev.varve.checks.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;

/// The real server as a process of its own, on the class path of the tests.
///
/// Thread-safe: immutable, but for the process itself.
final class ServerProcess implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final long POLL_MILLIS = 10;

    private final Process process;
    private final Path data;
    private final Path log;
    private final int respPort;
    private final int s3Port;

    private ServerProcess(Process process, Path data, Path log, int respPort, int s3Port) {
        this.process = process;
        this.data = data;
        this.log = log;
        this.respPort = respPort;
        this.s3Port = s3Port;
    }

    /// Starts a server on a folder, with its memory in a file beside it; it listens some time
    /// later.
    static ServerProcess start(Path data, Path log) throws IOException {
        return start(data, log, "40m", "1g");
    }

    /// As [#start(Path, Path)], with other budgets.
    ///
    /// @param more options of `varve serve`
    static ServerProcess start(Path data, Path log, String memory, String flash, String... more)
            throws IOException {
        Path home = Files.createDirectories(data.resolveSibling("memory"));
        int respPort;
        int s3Port;
        // Both at once: a port that is free again may be the next one to be given out.
        try (var resp = freePort(); var s3 = freePort()) {
            respPort = resp.getLocalPort();
            s3Port = s3.getLocalPort();
        }
        var arguments = new ArrayList<>(List.of("serve", "--data", data.toString(),
                "--memory", memory, "--memory-dir", home.toString(), "--flash", flash,
                "--resp-port", Integer.toString(respPort), "--s3-port", Integer.toString(s3Port),
                "--admin-port", "0"));
        arguments.addAll(List.of(more));
        Process process = launch(log, arguments.toArray(String[]::new));
        return new ServerProcess(process, data, log, respPort, s3Port);
    }

    /// Checks a folder that no server holds.
    ///
    /// @throws Violation if it is not clean
    static void verify(Path data, Path log) throws IOException, InterruptedException, Violation {
        Process process = launch(log, "verify", data.toString());
        if (!process.waitFor(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new Violation("verify does not end");
        }
        if (process.exitValue() != 0) {
            throw new Violation("verify ended with " + process.exitValue() + ": "
                    + Files.readString(log));
        }
    }

    /// Waits until both doors are open.
    ///
    /// @throws Violation if the server ends or does not open them
    void awaitReady() throws InterruptedException, IOException, Violation {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);
        while (!accepts(respPort) || !accepts(s3Port)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new Violation("the server does not start: " + Files.readString(log));
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    Jedis redis() {
        return new Jedis("127.0.0.1", respPort, TIMEOUT_MILLIS);
    }

    S3Calls s3() throws IOException {
        var keys = new Properties();
        try (var reader = Files.newBufferedReader(data.resolve("keys"))) {
            keys.load(reader);
        }
        return new S3Calls(s3Port, keys.getProperty("access-key"), keys.getProperty("secret-key"));
    }

    /// Ends the process with SIGKILL, which it cannot notice, and waits for the end.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Asks the process to end with SIGTERM and does not wait.
    void askToStop() {
        process.destroy();
    }

    /// Asks the process to end with SIGTERM and waits for that.
    ///
    /// @throws Violation if it does not
    void stop() throws InterruptedException, Violation {
        process.destroy();
        awaitEnd();
    }

    /// Waits until the process has ended by itself.
    ///
    /// @throws Violation if it does not
    void awaitEnd() throws InterruptedException, Violation {
        if (!process.waitFor(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new Violation("the server does not end");
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static Process launch(Path log, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "-ea", "-Xmx256m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=96m",
                "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("surefire.test.class.path",
                        System.getProperty("java.class.path")),
                "dev.varve.cli.Varve"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /// A port that nobody else has until this is closed.
    private static ServerSocket freePort() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}

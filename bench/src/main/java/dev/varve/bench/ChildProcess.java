package dev.varve.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program that runs beside this one, its output in a file, and that ends with it.
///
/// Thread-safe: immutable, but for the process itself.
final class ChildProcess implements AutoCloseable {
    private static final Duration STOP_TIME = Duration.ofSeconds(90);
    private static final long POLL_MILLIS = 5;
    private static final int LOG_TAIL_CHARS = 2000;

    private final List<String> command;
    private final Process process;
    private final Path log;
    private final long startedNanos = System.nanoTime();

    private ChildProcess(List<String> command, Process process, Path log) {
        this.command = command;
        this.process = process;
        this.log = log;
    }

    /// Starts a command with its output in `NAME.log` of `folder`.
    static ChildProcess start(Path folder, String name, List<String> command) {
        Path log = folder.resolve(name + ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            // Whatever ends this program ends its children.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            return new ChildProcess(command, process, log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    /// Runs a command to its end and returns its output.
    static String run(Path folder, String name, Duration limit, List<String> command)
            throws InterruptedException {
        try (ChildProcess child = start(folder, name, command)) {
            if (!child.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)
                    || child.process.exitValue() != 0) {
                throw child.failure("did not succeed");
            }
            return child.output();
        }
    }

    /// A port of the loopback address that is free now.
    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As [#freePort], but another one.
    static int freePortBeside(int taken) {
        int port = freePort();
        return port == taken ? freePortBeside(taken) : port;
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /// Waits until somebody accepts connections at a port.
    void awaitPort(int port, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!accepts(port)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw failure("does not listen on port " + port);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /// Waits until the program has said something.
    void awaitOutput(String text, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!output().contains(text)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw failure("does not say " + text);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    long pid() {
        return process.pid();
    }

    /// Time since the start, in nanoseconds.
    long ageNanos() {
        return System.nanoTime() - startedNanos;
    }

    String output() {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Asks the program to end (SIGTERM) and waits; ends it the hard way if it does not.
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(loopback(port));
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private IllegalStateException failure(String what) {
        String text = output();
        String end = text.substring(Math.max(0, text.length() - LOG_TAIL_CHARS));
        return new IllegalStateException(String.join(" ", command) + " " + what + "; it said: "
                + end);
    }
}

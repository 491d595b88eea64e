package dev.varve.bench;

import dev.varve.bench.load.RespDialect;
import dev.varve.bench.load.S3Dialect;
import dev.varve.replay.S3Endpoint;
import dev.varve.server.Endpoints;
import dev.varve.server.StatusReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;

/// Varve as users run it: a process of its own, started by the launcher.
///
/// Thread-safe: immutable.
final class VarveServer implements AutoCloseable {
    /// The durable bucket that the benchmarks use.
    static final String BUCKET = "bench";

    private static final Duration START_TIME = Duration.ofSeconds(60);
    private static final String REGION = "us-east-1";

    private final ChildProcess process;
    private final Path data;
    private final int respPort;
    private final int s3Port;

    private VarveServer(ChildProcess process, Path data, int respPort, int s3Port) {
        this.process = process;
        this.data = data;
        this.respPort = respPort;
        this.s3Port = s3Port;
    }

    /// Starts a server on the folder `varve` of the workplace and waits until it listens.
    ///
    /// @param more options of `varve serve`
    static VarveServer start(
            Path launcher,
            Workplace workplace,
            long memoryBytes,
            long flashBytes,
            String... more) throws InterruptedException {
        Path data = workplace.folder("varve");
        int respPort = ChildProcess.freePort();
        int s3Port = ChildProcess.freePortBeside(respPort);
        var command = new ArrayList<>(List.of(
                launcher.toString(), "serve", "--data", data.toString(),
                "--memory", Long.toString(memoryBytes), "--flash", Long.toString(flashBytes),
                "--resp-port", Integer.toString(respPort), "--s3-port", Integer.toString(s3Port),
                "--admin-port", "0"));
        command.addAll(List.of(more));
        ChildProcess process = ChildProcess.start(workplace.folder("logs"), "varve", command);
        var server = new VarveServer(process, data, respPort, s3Port);
        try {
            process.awaitPort(respPort, START_TIME);
            process.awaitPort(s3Port, START_TIME);
            return server;
        } catch (IllegalStateException | InterruptedException e) {
            server.close();
            throw e;
        }
    }

    InetSocketAddress resp() {
        return ChildProcess.loopback(respPort);
    }

    InetSocketAddress s3() {
        return ChildProcess.loopback(s3Port);
    }

    Supplier<RespDialect> respDialect() {
        return RespDialect::new;
    }

    Supplier<S3Dialect> s3Dialect() {
        return () -> new S3Dialect(BUCKET, s3Endpoint(), InstantSource.system());
    }

    /// Creates the durable bucket.
    void createBucket() throws IOException {
        String request = s3Dialect().get().createBucket();
        try (var socket = new Socket(s3().getAddress(), s3Port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            var reply = new String(socket.getInputStream().readAllBytes(),
                    StandardCharsets.ISO_8859_1);
            if (!reply.startsWith("HTTP/1.1 200")) {
                throw new IOException("no bucket: " + reply);
            }
        }
    }

    ChildProcess process() {
        return process;
    }

    /// What the admin port says of the server now.
    StatusReport status() throws IOException {
        var admin = Endpoints.read(data).orElseThrow().admin();
        try (var in = URI.create("http://" + admin + "/status").toURL().openStream()) {
            return StatusReport.ofJson(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() {
        process.close();
    }

    S3Endpoint s3Endpoint() {
        var keys = new Properties();
        try (var reader = Files.newBufferedReader(data.resolve("keys"))) {
            keys.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new S3Endpoint(URI.create("http://127.0.0.1:" + s3Port),
                keys.getProperty("access-key"), keys.getProperty("secret-key"), REGION);
    }
}

package dev.varve.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/// Keeps objects in a map; checks signatures; needs the bucket to exist.
///
/// Thread-safe.
final class FakeS3Server implements AutoCloseable {
    private final HttpServer server;
    private final BiFunction<String, byte[], byte[]> reading;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();

    FakeS3Server() throws IOException {
        this((_, object) -> object);
    }

    /// @param reading what is answered to a GET, from the path and the object
    FakeS3Server(BiFunction<String, byte[], byte[]> reading) throws IOException {
        this.reading = reading;
        server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    S3Endpoint endpoint(String secretKey) {
        var uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        return new S3Endpoint(uri, "user", secretKey, "us-east-1");
    }

    /// Buckets and objects by path; a bucket is an empty one.
    Map<String, byte[]> objects() {
        return objects;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getRawPath();
            if (!signed(exchange)) {
                answer(exchange, 403, "<Code>SignatureDoesNotMatch</Code>".getBytes(UTF_8));
            } else if (path.lastIndexOf('/') > 0
                    && !objects.containsKey(path.substring(0, path.indexOf('/', 1)))) {
                answer(exchange, 404, "<Code>NoSuchBucket</Code>".getBytes(UTF_8));
            } else if (exchange.getRequestMethod().equals("PUT")) {
                boolean bucket = path.lastIndexOf('/') == 0;
                boolean conflict = objects.put(path, body) != null && bucket;
                answer(exchange, conflict ? 409 : 200, new byte[0]);
            } else if (objects.containsKey(path)) {
                var object = objects.getOrDefault(path, new byte[0]);
                answer(exchange, 200, reading.apply(path, object.clone()));
            } else {
                answer(exchange, 404, "<Code>NoSuchKey</Code>".getBytes(UTF_8));
            }
        }
    }

    private boolean signed(HttpExchange exchange) {
        var headers = exchange.getRequestHeaders();
        long millis = Instant.from(DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX")
                .withZone(ZoneOffset.UTC)
                .parse(headers.getFirst("x-amz-date"))).toEpochMilli();
        var uri = URI.create(
                "http://" + headers.getFirst("Host") + exchange.getRequestURI().getRawPath());
        var expected = new S3Signer("user", "secret", "us-east-1").sign(
                exchange.getRequestMethod(), uri, Map.of(),
                headers.getFirst("x-amz-content-sha256"), millis);
        return headers.getFirst("Authorization").equals(expected.get("Authorization"));
    }

    private static void answer(HttpExchange exchange, int status, byte[] body)
            throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }
}

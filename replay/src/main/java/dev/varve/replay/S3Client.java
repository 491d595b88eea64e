package dev.varve.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;

/// As much of S3 as it takes to put a dataset and read it back: path style, signed headers,
/// unsigned bodies. Names of buckets and keys must need no escaping in a URL.
///
/// Failures are [StorageException]s: UNAVAILABLE, with what the server said.
///
/// Thread-safe.
final class S3Client implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);
    private static final int SHOWN_CHARACTERS = 300;

    private final S3Endpoint endpoint;
    private final S3Signer signer;
    private final Clock clock;
    private final HttpClient http;

    /// @param executor runs what the client does beside the caller
    S3Client(S3Endpoint endpoint, Clock clock, Executor executor) {
        this.endpoint = endpoint;
        this.clock = clock;
        signer = new S3Signer(endpoint.accessKey(), endpoint.secretKey(), endpoint.region());
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(executor)
                .build();
    }

    /// Creates a bucket unless this user has it already.
    void createBucket(String bucket) {
        var response = send("PUT", "/" + bucket, BodyPublishers.noBody());
        if (response.statusCode() != 409) {
            require(response, "PUT", "/" + bucket);
        }
    }

    void put(String bucket, String key, byte[] body) {
        String path = "/" + bucket + "/" + key;
        require(send("PUT", path, BodyPublishers.ofByteArray(body)), "PUT", path);
    }

    byte[] get(String bucket, String key) {
        String path = "/" + bucket + "/" + key;
        var response = send("GET", path, BodyPublishers.noBody());
        require(response, "GET", path);
        return response.body();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpResponse<byte[]> send(String method, String path, BodyPublisher body) {
        var uri = URI.create(endpoint.uri() + path);
        var request = HttpRequest.newBuilder(uri).method(method, body).timeout(REQUEST_TIMEOUT);
        signer.sign(method, uri, Map.of(), S3Signer.UNSIGNED_PAYLOAD, clock.epochMillis())
                .forEach(request::header);
        try {
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNAVAILABLE, method + " " + uri + " failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException(
                    Kind.UNAVAILABLE, method + " " + uri + " was interrupted", e);
        }
    }

    private static void require(HttpResponse<byte[]> response, String method, String path) {
        if (response.statusCode() != 200) {
            String text = new String(response.body(), UTF_8);
            throw new StorageException(Kind.UNAVAILABLE, method + " " + path + " was answered with "
                    + response.statusCode() + ": "
                    + text.substring(0, Math.min(text.length(), SHOWN_CHARACTERS)));
        }
    }
}

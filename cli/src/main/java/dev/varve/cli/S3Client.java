package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.replay.S3Signer;
import dev.varve.server.Endpoint;
import dev.varve.server.S3Keys;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// As much of an S3 client as looking into one's own server takes.
///
/// Confined to one thread.
final class S3Client implements AutoCloseable {
    private static final Duration CONNECT_WAIT = Duration.ofSeconds(5);
    private static final int NOT_FOUND = 404;

    /// The door takes requests that are signed for any region.
    private static final String REGION = "us-east-1";

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_WAIT).build();
    private final Endpoint endpoint;
    private final S3Signer signer;
    private final Clock clock;

    /// An object as a listing shows it.
    record Listed(String key, long sizeBytes, String modified) {}

    /// One page of a listing.
    ///
    /// @param next where to go on; empty at the end
    record Page(List<Listed> objects, String next) {
        Page {
            objects = List.copyOf(objects);
        }
    }

    S3Client(Endpoint endpoint, S3Keys keys, Clock clock) {
        this.endpoint = endpoint.asSeenLocally();
        this.signer = new S3Signer(keys.accessKey(), keys.secretKey(), REGION);
        this.clock = clock;
    }

    /// The buckets' names, sorted.
    List<String> buckets() {
        try (var answer = send("GET", "/", Map.of(), BodyPublishers.noBody()).body()) {
            return ListingXml.buckets(answer);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /// @param from [Page#next] of the page before; empty for the first
    Page list(String bucket, String prefix, String from) {
        var query = new TreeMap<>(
                Map.of("list-type", "2", "prefix", prefix, "encoding-type", "url"));
        if (!from.isEmpty()) {
            query.put("continuation-token", from);
        }
        try (var answer = send("GET", path(bucket, ""), query, BodyPublishers.noBody()).body()) {
            return ListingXml.objects(answer);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /// The object's bytes; the caller closes them.
    InputStream get(String bucket, String key) {
        return send("GET", path(bucket, key), Map.of(), BodyPublishers.noBody()).body();
    }

    void put(String bucket, String key, BodyPublisher body) {
        close(send("PUT", path(bucket, key), Map.of(), body));
    }

    void remove(String bucket, String key) {
        close(send("DELETE", path(bucket, key), Map.of(), BodyPublishers.noBody()));
    }

    boolean hasBucket(String bucket) {
        var answer = exchange("HEAD", path(bucket, ""), Map.of(), BodyPublishers.noBody());
        close(answer);
        if (answer.statusCode() != NOT_FOUND) {
            check("HEAD", path(bucket, ""), answer);
        }
        return answer.statusCode() != NOT_FOUND;
    }

    boolean hasObject(String bucket, String key) {
        var answer = exchange("HEAD", path(bucket, key), Map.of(), BodyPublishers.noBody());
        close(answer);
        if (answer.statusCode() != NOT_FOUND) {
            check("HEAD", path(bucket, key), answer);
        }
        return answer.statusCode() != NOT_FOUND;
    }

    void createBucket(String bucket) {
        close(send("PUT", path(bucket, ""), Map.of(), BodyPublishers.noBody()));
    }

    @Override
    public void close() {
        http.close();
    }

    private static String path(String bucket, String key) {
        return "/" + S3Signer.encode(bucket, false)
                + (key.isEmpty() ? "" : "/" + S3Signer.encode(key, true));
    }

    private HttpResponse<InputStream> send(
            String method,
            String path,
            Map<String, String> query,
            BodyPublisher body) {
        var answer = exchange(method, path, query, body);
        check(method, path, answer);
        return answer;
    }

    private static void check(String method, String path, HttpResponse<InputStream> answer) {
        int code = answer.statusCode();
        if (code / 100 == 2) {
            return;
        }
        String reason;
        try (var text = answer.body()) {
            reason = ListingXml.error(new String(text.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            reason = e.toString();
        }
        throw new StorageException(
                code == NOT_FOUND ? Kind.ABSENT : Kind.UNAVAILABLE,
                method + " " + path + " failed with " + code
                        + (reason.isEmpty() ? "" : ": " + reason));
    }

    private HttpResponse<InputStream> exchange(
            String method,
            String path,
            Map<String, String> query,
            BodyPublisher body) {
        var uri = URI.create("http://" + endpoint + path
                + (query.isEmpty() ? "" : "?" + S3Signer.query(query)));
        var request = HttpRequest.newBuilder(uri).method(method, body);
        signer.sign(method, uri, Map.of(), S3Signer.UNSIGNED_PAYLOAD, clock.epochMillis())
                .forEach(request::header);
        try {
            return http.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException(Kind.UNAVAILABLE, "interrupted", e);
        }
    }

    private StorageException unreachable(IOException cause) {
        return new StorageException(
                Kind.UNAVAILABLE, "no server answers at " + endpoint + " ("
                        + cause.getClass().getSimpleName() + "); is it still running?",
                cause);
    }

    private static void close(HttpResponse<InputStream> answer) {
        try (var body = answer.body()) {
            body.skip(Long.MAX_VALUE);
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE, "the answer broke off", e);
        }
    }
}

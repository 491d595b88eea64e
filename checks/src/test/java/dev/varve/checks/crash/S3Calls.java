package dev.varve.checks.crash;

import dev.varve.replay.S3Signer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The S3 calls that the harness makes on one bucket.
///
/// Confined to one thread.
final class S3Calls implements AutoCloseable {
    /// The least length of a multipart upload's parts but the last.
    static final int MIN_PART_BYTES = 5 << 20;

    private static final String BUCKET = "crash";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern UPLOAD_ID = Pattern.compile("<UploadId>([^<]+)</UploadId>");
    private static final Pattern KEY = Pattern.compile("<Key>([^<]+)</Key>");
    private static final Pattern NEXT = Pattern.compile(
            "<NextContinuationToken>([^<]+)</NextContinuationToken>");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final String host;
    private final S3Signer signer;

    /// A server that answered, but not with what was asked for.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    S3Calls(int port, String accessKey, String secretKey) {
        host = "127.0.0.1:" + port;
        signer = new S3Signer(accessKey, secretKey, "us-east-1");
    }

    void createBucket() throws IOException, InterruptedException, Refused {
        send("PUT", "/" + BUCKET, "", new byte[0], 200);
    }

    void put(String key, byte[] value) throws IOException, InterruptedException, Refused {
        send("PUT", path(key), "", value, 200);
    }

    /// Puts a value longer than [#MIN_PART_BYTES] in two parts.
    void putInParts(String key, byte[] value) throws IOException, InterruptedException, Refused {
        String begun = text(send("POST", path(key), "uploads=", new byte[0], 200));
        String id = find(UPLOAD_ID, begun).orElseThrow(() -> new Refused("no id in " + begun));
        var completion = new StringBuilder("<CompleteMultipartUpload>");
        for (int part = 1; part <= 2; part++) {
            byte[] bytes = part == 1
                    ? Arrays.copyOf(value, MIN_PART_BYTES)
                    : Arrays.copyOfRange(value, MIN_PART_BYTES, value.length);
            String etag = send("PUT", path(key), "partNumber=" + part + "&uploadId=" + id, bytes,
                    200).headers().firstValue("ETag").orElse("");
            completion.append("<Part><PartNumber>")
                    .append(part)
                    .append("</PartNumber><ETag>")
                    .append(etag)
                    .append("</ETag></Part>");
        }
        completion.append("</CompleteMultipartUpload>");
        String done = text(send("POST", path(key), "uploadId=" + id,
                completion.toString().getBytes(StandardCharsets.UTF_8), 200));
        if (!done.contains("<CompleteMultipartUploadResult")) {
            throw new Refused("not completed: " + done);
        }
    }

    /// Begins an upload, sends a part and leaves it there.
    void abandonUpload(String key) throws IOException, InterruptedException, Refused {
        String begun = text(send("POST", path(key), "uploads=", new byte[0], 200));
        String id = find(UPLOAD_ID, begun).orElseThrow(() -> new Refused("no id in " + begun));
        send("PUT", path(key), "partNumber=1&uploadId=" + id, new byte[100_000], 200);
    }

    void delete(String key) throws IOException, InterruptedException, Refused {
        send("DELETE", path(key), "", new byte[0], 204);
    }

    Optional<byte[]> get(String key) throws IOException, InterruptedException, Refused {
        HttpResponse<byte[]> response = exchange("GET", path(key), "", new byte[0]);
        return switch (response.statusCode()) {
            case 200 -> Optional.of(response.body());
            case 404 -> Optional.empty();
            default -> throw refusal("GET", key, response);
        };
    }

    /// The names of all objects, in the order in which they are listed.
    List<String> list() throws IOException, InterruptedException, Refused {
        var keys = new ArrayList<String>();
        Optional<String> token = Optional.empty();
        do {
            var query = new TreeSet<>(List.of("list-type=2", "max-keys=50"));
            token.ifPresent(it -> query.add("continuation-token=" + S3Signer.encode(it, false)));
            String page = text(send("GET", "/" + BUCKET, String.join("&", query), new byte[0],
                    200));
            KEY.matcher(page).results().forEach(it -> keys.add(it.group(1)));
            token = find(NEXT, page);
        } while (token.isPresent());
        return keys;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpResponse<byte[]> send(
            String method,
            String path,
            String query,
            byte[] body,
            int expected) throws IOException, InterruptedException, Refused {
        HttpResponse<byte[]> response = exchange(method, path, query, body);
        if (response.statusCode() != expected) {
            throw refusal(method, path, response);
        }
        return response;
    }

    private HttpResponse<byte[]> exchange(String method, String path, String query, byte[] body)
            throws IOException, InterruptedException {
        var uri = URI.create("http://" + host + path + (query.isEmpty() ? "" : "?" + query));
        var request = HttpRequest.newBuilder(uri)
                .timeout(TIMEOUT)
                .method(method, BodyPublishers.ofByteArray(body));
        signer.sign(method, uri, Map.of(), S3Signer.UNSIGNED_PAYLOAD, System.currentTimeMillis())
                .forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static Refused refusal(String method, String what, HttpResponse<byte[]> response) {
        return new Refused(method + " " + what + " was answered by " + response.statusCode() + " "
                + text(response));
    }

    private static String path(String key) {
        return "/" + BUCKET + "/" + key;
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static Optional<String> find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}

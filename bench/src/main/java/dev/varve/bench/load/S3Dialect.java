package dev.varve.bench.load;

import dev.varve.replay.S3Endpoint;
import dev.varve.replay.S3Signer;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// GET and PUT of S3 over plain HTTP/1.1 with keep-alive, path style, signed.
///
/// Confined to its loop.
public final class S3Dialect implements Dialect {
    private final String bucket;
    private final S3Endpoint endpoint;
    private final S3Signer signer;
    private final InstantSource clock;

    public S3Dialect(String bucket, S3Endpoint endpoint, InstantSource clock) {
        this.bucket = bucket;
        this.endpoint = endpoint;
        this.signer = new S3Signer(
                endpoint.accessKey(), endpoint.secretKey(), endpoint.region());
        this.clock = clock;
    }

    @Override
    public void get(ByteBuffer out, long key) {
        Lines.write(out, head("GET", key, ""));
    }

    @Override
    public void put(ByteBuffer out, long key, long valueBytes) {
        Lines.write(out, head("PUT", key, "Content-Length: " + valueBytes + "\r\n"));
    }

    @Override
    public byte[] putTail() {
        return new byte[0];
    }

    @Override
    public Head head(ByteBuffer in, boolean put) {
        int start = in.position();
        Optional<String> line = Lines.next(in);
        if (line.isEmpty()) {
            return Head.INCOMPLETE;
        }
        String first = line.get();
        long contentBytes = 0;
        do {
            line = Lines.next(in);
            if (line.isEmpty()) {
                in.position(start);
                return Head.INCOMPLETE;
            }
            String header = line.get().toLowerCase(Locale.ROOT);
            if (header.startsWith("content-length:")) {
                contentBytes = Long.parseLong(header.substring(header.indexOf(':') + 1).strip());
            }
        } while (!line.get().isEmpty());
        return switch (first.split(" ", 3)[1]) {
            case "200" -> new Head(put ? Kind.DONE : Kind.VALUE, contentBytes, 0);
            case "404" -> new Head(Kind.MISS, contentBytes, 0);
            default -> Head.failed(first, contentBytes);
        };
    }

    /// The request that creates the bucket, after which the server closes the connection.
    public String createBucket() {
        return head("PUT", "/" + bucket, "Content-Length: 0\r\nConnection: close\r\n");
    }

    private String head(String method, long key, String headers) {
        return head(method, "/" + bucket + "/" + Lines.keyName(key), headers);
    }

    private String head(String method, String path, String headers) {
        var uri = endpoint.uri().resolve(path);
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: "
                + uri.getRawAuthority() + "\r\n");
        signer.sign(method, uri, Map.of(), S3Signer.UNSIGNED_PAYLOAD, clock.millis())
                .forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        return head.append(headers).append("\r\n").toString();
    }
}

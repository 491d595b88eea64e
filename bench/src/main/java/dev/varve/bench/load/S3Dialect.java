package dev.varve.bench.load;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;

/// GET and PUT of S3 over plain HTTP/1.1 with keep-alive, path style, signed.
///
/// Confined to its loop.
public final class S3Dialect implements Dialect {
    private final String bucket;
    private final S3Signature signature;
    private final InstantSource clock;

    public S3Dialect(String bucket, S3Signature signature, InstantSource clock) {
        this.bucket = bucket;
        this.signature = signature;
        this.clock = clock;
    }

    @Override
    public void get(ByteBuffer out, long key) {
        request(out, "GET", key, "");
    }

    @Override
    public void put(ByteBuffer out, long key, long valueBytes) {
        request(out, "PUT", key, "Content-Length: " + valueBytes + "\r\n");
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

    private void request(ByteBuffer out, String method, long key, String headers) {
        String path = "/" + bucket + "/" + Lines.keyName(key);
        Instant now = clock.instant();
        Lines.write(out, method + " " + path + " HTTP/1.1\r\n"
                + signature.headers(method, path, "", now) + headers + "\r\n");
    }
}

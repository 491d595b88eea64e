package dev.varve.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.varve.replay.S3Endpoint;
import dev.varve.replay.S3Signer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;

/// One connection that reads ranges of objects over S3, one after the other, and says how long each
/// one's first byte took. Anything but the expected reply ends the benchmark.
///
/// Confined.
final class RangeClient implements AutoCloseable {
    private static final int PIECE_BYTES = 8 << 20;

    private final S3Endpoint endpoint;
    private final S3Signer signer;
    private final Wire wire;
    private final ByteBuffer head = ByteBuffer.allocate(4096);
    private final ByteBuffer content = ByteBuffer.allocateDirect(PIECE_BYTES);
    private final ByteBuffer destination = ByteBuffer.allocateDirect(PIECE_BYTES);

    /// A part of an object.
    record Range(long offset, int lengthBytes) {}

    RangeClient(S3Endpoint endpoint) {
        this.endpoint = endpoint;
        signer = new S3Signer(endpoint.accessKey(), endpoint.secretKey(), endpoint.region());
        wire = Wire.to(new InetSocketAddress(
                endpoint.uri().getHost(), endpoint.uri().getPort()));
    }

    /// Writes an object in which each eight bytes say where they lie.
    void put(String key, long bytes) {
        wire.send(request("PUT", key, "Content-Length: " + bytes + "\r\n"));
        for (long at = 0; at < bytes;) {
            content.clear().limit((int) Math.min(PIECE_BYTES, bytes - at));
            for (; content.hasRemaining(); at += Long.BYTES) {
                content.putLong(at);
            }
            wire.send(content.flip());
        }
        expect("HTTP/1.1 200");
    }

    /// Reads a range, copies it to where it is needed, and checks some of it.
    ///
    /// @return nanoseconds until its first byte
    long get(String key, Range range) {
        long start = System.nanoTime();
        long end = range.offset + range.lengthBytes - 1;
        wire.send(request("GET", key, "Range: bytes=" + range.offset + "-" + end + "\r\n"));
        int received = expect("HTTP/1.1 206");
        long nanos = System.nanoTime() - start;
        content.clear().limit(range.lengthBytes);
        content.put(head.slice(head.position(), received));
        receive(content);
        for (int at = 0; at < range.lengthBytes; at += 4096) {
            if (content.getLong(at) != range.offset + at) {
                throw new IllegalStateException(key + " is wrong at byte " + (range.offset + at));
            }
        }
        destination.clear().put(content.flip());
        return nanos;
    }

    @Override
    public void close() {
        wire.close();
    }

    private ByteBuffer request(String method, String key, String headers) {
        var uri = endpoint.uri().resolve("/" + VarveServer.BUCKET + "/" + key);
        var text = new StringBuilder(method + " " + uri.getRawPath() + " HTTP/1.1\r\nHost: "
                + uri.getRawAuthority() + "\r\n" + headers);
        signer.sign(method, uri, Map.of(), S3Signer.UNSIGNED_PAYLOAD, System.currentTimeMillis())
                .forEach((name, value) -> text.append(name + ": " + value + "\r\n"));
        return ByteBuffer.wrap(text.append("\r\n").toString().getBytes(ISO_8859_1));
    }

    /// Reads a reply's head and what comes with it, at least a byte unless the reply has none.
    ///
    /// @return how many bytes of the content are in `head`, from its position
    private int expect(String status) {
        head.clear();
        while (true) {
            wire.read(head);
            var text = new String(head.array(), 0, head.position(), ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end < 0 && head.hasRemaining()) {
                continue;
            }
            if (!text.startsWith(status)) {
                throw new IllegalStateException("'" + text + "' instead of " + status);
            }
            int received = head.position() - end - 4;
            if (received > 0 || !status.endsWith("206")) {
                head.position(end + 4);
                return received;
            }
        }
    }

    private void receive(ByteBuffer target) {
        while (target.hasRemaining()) {
            wire.read(target);
        }
    }
}

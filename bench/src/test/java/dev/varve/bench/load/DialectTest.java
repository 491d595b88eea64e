package dev.varve.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.bench.load.Dialect.Kind;
import dev.varve.replay.S3Endpoint;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class DialectTest {
    private static final Instant NOW = Instant.parse("2013-05-24T00:00:00Z");

    private final S3Dialect s3 = new S3Dialect("b",
            new S3Endpoint(URI.create("http://127.0.0.1:9000"), "access", "secret", "us-east-1"),
            InstantSource.fixed(NOW));

    @Test
    void respAsksAndUnderstandsAnswers() {
        var resp = new RespDialect();
        assertThat(get(resp)).isEqualTo("*2\r\n$3\r\nGET\r\n$20\r\nbench-00000000000007\r\n");
        assertThat(put(resp)).isEqualTo(
                "*3\r\n$3\r\nSET\r\n$20\r\nbench-00000000000007\r\n$100\r\n");
        assertHead(resp, "$100\r\n", false, Kind.VALUE, 100, 2);
        assertHead(resp, "$-1\r\n", false, Kind.MISS, 0, 0);
        assertHead(resp, "_\r\n", false, Kind.MISS, 0, 0);
        assertHead(resp, "+OK\r\n", true, Kind.DONE, 0, 0);
        assertHead(resp, "-ERR no\r\n", true, Kind.FAILED, 0, 0);
        assertHead(resp, "-ERR no\r\n", false, Kind.FAILED, 0, 0);
    }

    @Test
    void lmCacheAsksAndUnderstandsAnswers() {
        LmCacheDialect loads = LmCacheDialect.loads(100);
        LmCacheDialect lookups = LmCacheDialect.lookups(0x1234567890L);
        String key = "$108\r\nmeta-llama/Llama-3.1-8B-Instruct@00000000@0@" + "0".repeat(54);
        assertThat(get(loads)).isEqualTo("*2\r\n$3\r\nGET\r\n" + key + "0000000007\r\n");
        assertThat(put(loads))
                .isEqualTo("*3\r\n$3\r\nSET\r\n" + key + "0000000007\r\n$100\r\n");
        assertThat(get(lookups))
                .isEqualTo("*2\r\n$6\r\nEXISTS\r\n" + key + "1234567897\r\n");
        assertHead(loads, "$100\r\n", false, Kind.VALUE, 100, 2);
        assertHead(loads, "$-1\r\n", false, Kind.MISS, 0, 0);
        assertHead(loads, "+OK\r\n", true, Kind.DONE, 0, 0);
        assertHead(lookups, ":1\r\n", false, Kind.PRESENT, 0, 0);
        assertHead(lookups, ":0\r\n", false, Kind.MISS, 0, 0);
    }

    /// All of these are right, or may be, but LMCache counts on other bytes.
    @Test
    void lmCacheUnderstandsNothingElse() {
        LmCacheDialect loads = LmCacheDialect.loads(100);
        LmCacheDialect lookups = LmCacheDialect.lookups(0);
        assertFails(loads, "$99\r\n", false);
        assertFails(loads, "$0100\r\n", false);
        assertFails(loads, "_\r\n", false);
        assertFails(loads, "-LOADING\r\n", false);
        assertFails(loads, "+OK \r\n", true);
        assertFails(loads, "$2\r\nOK\r\n", true);
        assertFails(loads, "-OOM\r\n", true);
        assertFails(lookups, ":2\r\n", false);
        assertFails(lookups, "#t\r\n", false);
    }

    @Test
    void memcachedAsksAndUnderstandsAnswers() {
        var memcached = new MemcachedDialect();
        assertThat(get(memcached)).isEqualTo("get bench-00000000000007\r\n");
        assertThat(put(memcached)).isEqualTo("set bench-00000000000007 0 0 100\r\n");
        assertHead(memcached, "VALUE bench-00000000000007 0 100\r\n", false, Kind.VALUE, 100, 7);
        assertHead(memcached, "END\r\n", false, Kind.MISS, 0, 0);
        assertHead(memcached, "STORED\r\n", true, Kind.DONE, 0, 0);
        assertHead(memcached, "SERVER_ERROR out of memory\r\n", true, Kind.FAILED, 0, 0);
    }

    @Test
    void s3AsksAndUnderstandsAnswers() {
        assertThat(get(s3)).startsWith("GET /b/bench-00000000000007 HTTP/1.1\r\n")
                .contains("Signature=")
                .endsWith("\r\n\r\n");
        assertThat(put(s3)).contains("Content-Length: 100\r\n");
        assertHead(s3, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\nETag: \"x\"\r\n\r\n", false,
                Kind.VALUE, 100, 0);
        assertHead(s3, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, Kind.DONE, 0, 0);
        assertHead(s3, "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n", false, Kind.MISS, 9,
                0);
        assertHead(s3, "HTTP/1.1 503 Slow Down\r\n\r\n", true, Kind.FAILED, 0, 0);
    }

    private static void assertHead(
            Dialect dialect,
            String reply,
            boolean put,
            Kind kind,
            long contentBytes,
            int tailBytes) {
        ByteBuffer whole = ByteBuffer.wrap((reply + "rest").getBytes(StandardCharsets.US_ASCII));
        Dialect.Head head = dialect.head(whole, put);
        assertThat(head.kind()).isEqualTo(kind);
        assertThat(head.contentBytes()).isEqualTo(contentBytes);
        assertThat(head.tailBytes()).isEqualTo(tailBytes);
        assertThat(head.said().isEmpty()).isEqualTo(kind != Kind.FAILED);
        assertThat(whole.remaining()).isEqualTo(4);
        for (int length = 0; length < reply.length(); length++) {
            whole.position(0).limit(length);
            assertThat(dialect.head(whole, put).kind()).isEqualTo(Kind.INCOMPLETE);
            assertThat(whole.position()).isZero();
            whole.limit(whole.capacity());
        }
    }

    private static void assertFails(Dialect dialect, String reply, boolean put) {
        ByteBuffer whole = ByteBuffer.wrap(reply.getBytes(StandardCharsets.US_ASCII));
        Dialect.Head head = dialect.head(whole, put);
        assertThat(head.kind()).isEqualTo(Kind.FAILED);
        assertThat(head.said()).isEqualTo(reply.strip());
    }

    private static String get(Dialect dialect) {
        ByteBuffer out = ByteBuffer.allocate(Dialect.MAX_HEAD_BYTES);
        dialect.get(out, 7);
        return text(out);
    }

    private static String put(Dialect dialect) {
        ByteBuffer out = ByteBuffer.allocate(Dialect.MAX_HEAD_BYTES);
        dialect.put(out, 7, 100);
        return text(out);
    }

    private static String text(ByteBuffer out) {
        return StandardCharsets.US_ASCII.decode(out.flip()).toString();
    }
}

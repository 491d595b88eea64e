package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.varve.door.s3.SigV4.Scope;
import dev.varve.door.s3.SigV4.SignedHeader;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// Loads an S3 endpoint with signed requests as cheaply as a client can: one blocking socket and
/// one platform thread a connection, bodies neither made nor looked at.
///
/// Arguments: port, `get` or `put` or `head`, bucket, bytes an object, connections, seconds. The
/// bucket and its objects (`0` to `15`) are made if need be; a bucket called `cache...` is of that
/// class.
final class DoorLoad {
    private static final int OBJECTS = 16;
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter
            .ofPattern("yyyyMMdd'T'HHmmss'Z'")
            .withZone(ZoneOffset.UTC);

    private final int port;
    private final String bucket;
    private final int objectBytes;
    private final LongAdder requests = new LongAdder();
    private final ConcurrentLinkedQueue<long[]> latencies = new ConcurrentLinkedQueue<>();

    private DoorLoad(int port, String bucket, int objectBytes) {
        this.port = port;
        this.bucket = bucket;
        this.objectBytes = objectBytes;
    }

    public static void main(String[] arguments) throws Exception {
        var load = new DoorLoad(Integer.parseInt(arguments[0]), arguments[2],
                Integer.parseInt(arguments[3]));
        var method = arguments[1].toUpperCase(java.util.Locale.ROOT);
        load.prepare();
        load.run(method, Integer.parseInt(arguments[4]), 2); // warms up
        load.latencies.clear();
        double seconds = Double.parseDouble(arguments[5]);
        long done = load.run(method, Integer.parseInt(arguments[4]), seconds);
        var nanos = load.latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "%s %d bytes, %s connections: %.0f/s, %.3f GB/s, p50 %.2f ms, p99 %.2f ms%n",
                method, load.objectBytes, arguments[4], done / seconds,
                done / seconds * load.objectBytes / 1e9, nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6);
    }

    private void prepare() throws IOException {
        try (var client = new Client()) {
            client.call("PUT", "/" + bucket, 0, bucket.startsWith("cache"));
            for (int i = 0; i < OBJECTS; i++) {
                client.call("PUT", "/" + bucket + "/" + i, objectBytes, false);
            }
        }
    }

    private long run(String method, int connections, double seconds) throws InterruptedException {
        var stop = new AtomicBoolean();
        requests.reset();
        var threads = new Thread[connections];
        for (int i = 0; i < connections; i++) {
            int seed = i;
            threads[i] = Thread.ofPlatform().start(() -> loop(method, seed, stop));
        }
        Thread.sleep((long) (seconds * 1000));
        stop.set(true);
        long done = requests.sum();
        for (var thread : threads) {
            thread.join();
        }
        return done;
    }

    private void loop(String method, int seed, AtomicBoolean stop) {
        var random = new Random(seed);
        var took = new long[1 << 20];
        int count = 0;
        try (var client = new Client()) {
            while (!stop.get()) {
                long began = System.nanoTime();
                client.call(method, "/" + bucket + "/" + random.nextInt(OBJECTS),
                        method.equals("PUT") ? objectBytes : 0, false);
                took[count++ & (took.length - 1)] = System.nanoTime() - began;
                requests.increment();
            }
        } catch (IOException e) {
            System.out.println("connection " + seed + " failed: " + e);
        }
        latencies.add(Arrays.copyOf(took, Math.min(count, took.length)));
    }

    /// One connection.
    private final class Client implements AutoCloseable {
        private final SocketChannel channel = SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 20);
        private final ByteBuffer body = ByteBuffer.allocateDirect(Math.max(1, objectBytes));
        private final byte[] key;
        private final Scope scope;

        Client() throws IOException {
            scope = new Scope(TIMESTAMP.format(Instant.now()).substring(0, 8), "us-east-1", "s3");
            key = SigV4.signingKey(DoorRig.SECRET, scope);
        }

        void call(String method, String path, int bytes, boolean cache) throws IOException {
            var head = ByteBuffer.wrap(head(method, path, bytes, cache).getBytes(ISO_8859_1));
            if (bytes > 0) {
                var both = new ByteBuffer[]{head, body.duplicate().limit(bytes)};
                while (both[1].hasRemaining()) {
                    channel.write(both);
                }
            } else {
                channel.write(head);
            }
            receive(method);
        }

        private String head(String method, String path, int bytes, boolean cache) {
            var time = TIMESTAMP.format(Instant.now());
            var host = "127.0.0.1:" + port;
            var request = new SigV4.Request(method, path.getBytes(ISO_8859_1), "",
                    List.of(new SignedHeader("host", List.of(host)),
                            new SignedHeader("x-amz-date", List.of(time)),
                            new SignedHeader("x-varve-bucket-class",
                                    List.of(cache ? "cache" : "durable"))),
                    "UNSIGNED-PAYLOAD");
            return method + ' ' + path + " HTTP/1.1\r\nhost: " + host + "\r\nx-amz-date: " + time
                    + "\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\nx-varve-bucket-class: "
                    + (cache ? "cache" : "durable")
                    + "\r\nauthorization: AWS4-HMAC-SHA256 Credential="
                    + DoorRig.ACCESS_KEY + '/' + scope
                    + ", SignedHeaders=host;x-amz-date;x-varve-bucket-class, Signature="
                    + SigV4.signature(key, time, scope, request)
                    + (method.equals("PUT") ? "\r\ncontent-length: " + bytes : "") + "\r\n\r\n";
        }

        private void receive(String method) throws IOException {
            in.clear();
            int end = -1;
            var text = "";
            while (end < 0) {
                read();
                text = ISO_8859_1.decode(in.duplicate().flip()).toString();
                end = text.indexOf("\r\n\r\n");
            }
            if (!text.startsWith("HTTP/1.1 200")) {
                throw new IOException(text);
            }
            int at = text.indexOf("content-length: ") + 16;
            long left = method.equals("HEAD")
                    ? 0
                    : Long.parseLong(text.substring(at, text.indexOf('\r', at)));
            left -= in.position() - end - 4;
            while (left > 0) {
                in.clear();
                read();
                left -= in.position();
            }
        }

        private void read() throws IOException {
            if (channel.read(in) < 0) {
                throw new EOFException("the server closed the connection");
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}

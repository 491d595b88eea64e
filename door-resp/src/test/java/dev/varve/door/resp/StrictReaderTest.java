package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The way in which LMCache's native RESP connector works: eight connections, one request at a
/// time, values of one size, and each reply read as exactly the bytes that it must have.
final class StrictReaderTest {
    private static final int WORKERS = 8;
    private static final int CHUNKS = 12;
    private static final int CHUNK_BYTES = 1_500_000;

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.2})
    void findsEveryReplyExactlyAsLongAsItExpects(double unsure) throws Exception {
        try (var fixture = new DoorFixture();
                var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            fixture.engine.unsure(unsure);
            var work = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < WORKERS; i++) {
                int worker = i;
                work.add(() -> work(fixture, worker));
            }
            for (var done : workers.invokeAll(work)) {
                assertThat(done.get()).isEqualTo(CHUNKS);
            }
            assertThat(fixture.door.counters().errors()).isZero();
        }
    }

    private static int work(DoorFixture fixture, int worker) {
        var random = new Random(worker);
        int done = 0;
        try (var client = fixture.client()) {
            for (int i = 0; i < CHUNKS; i++) {
                var key = RawClient.latin(
                        "meta-llama/Llama-3.1-8B@%08x@0@%016x".formatted(worker,
                                random.nextLong()));
                var value = new byte[CHUNK_BYTES];
                random.nextBytes(value);
                client.send(request("EXISTS", key));
                assertThat(client.readText(4)).isEqualTo(":0\r\n");
                client.send(RawClient.request(RawClient.latin("SET"), key, value));
                assertThat(client.readText(5)).isEqualTo("+OK\r\n");
                client.send(request("EXISTS", key));
                assertThat(client.readText(4)).isEqualTo(":1\r\n");
                client.send(request("GET", key));
                assertThat(client.readText(10)).isEqualTo("$" + CHUNK_BYTES + "\r\n");
                assertThat(client.read(CHUNK_BYTES)).isEqualTo(value);
                assertThat(client.readText(2)).isEqualTo("\r\n");
                if (i % 3 == 0) {
                    client.send(request("DEL", key));
                    assertThat(client.readText(4)).isEqualTo(":1\r\n");
                    client.send(request("GET", key));
                    assertThat(client.readText(5)).isEqualTo("$-1\r\n");
                }
                done++;
            }
        }
        return done;
    }

    private static byte[] request(String command, byte[] key) {
        return RawClient.request(RawClient.latin(command), key);
    }
}

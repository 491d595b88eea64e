package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.door.s3.Wire.Reply;
import dev.varve.engine.BucketClass;
import dev.varve.engine.ObjectKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MultipartTest {
    private static final int MIN_PART = 5 << 20;

    private DoorRig rig;
    private Wire wire;

    @BeforeEach
    void open(@TempDir Path folder) {
        rig = new DoorRig(folder);
        wire = rig.wire();
        wire.call("PUT", "/durable");
        wire.request("PUT", "/cache").header("x-varve-bucket-class", "cache").call();
    }

    @AfterEach
    void close() {
        wire.close();
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"durable", "cache"})
    void joinsTheLatestAttemptAtEachPart(String bucket) {
        var uri = '/' + bucket + "/joined";
        var id = begin(uri);
        var first = random(MIN_PART, 1);
        part(uri, id, 1, random(MIN_PART, 2));
        var etag1 = part(uri, id, 1, first).header("etag");
        var etag7 = part(uri, id, 7, "tail".getBytes(UTF_8)).header("etag");
        part(uri, id, 3, "never listed".getBytes(UTF_8));
        assertThat(wire.call("GET", uri).status()).isEqualTo(404);
        var reply = complete(uri, id, 1, etag1, 7, etag7);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        var got = wire.call("GET", uri).body();
        assertThat(Arrays.equals(got, 0, MIN_PART, first, 0, MIN_PART)).isTrue();
        assertThat(new String(got, MIN_PART, got.length - MIN_PART, UTF_8)).isEqualTo("tail");
        assertThat(complete(uri, id, 1, etag1, 7, etag7).text()).isEqualTo(reply.text());
        assertThat(rig.engine().bucket(".uploads-" + bucket).orElseThrow().count()).isZero();
        assertThat(wire.call("GET", uri + "?partNumber=2").text()).isEqualTo("tail");
        assertThat(wire.call("HEAD", uri + "?partNumber=1").header("x-amz-mp-parts-count"))
                .isEqualTo("2");
    }

    @Test
    void refusesPartsThatAreNotWhatWasUploaded() {
        var uri = "/durable/refused";
        var id = begin(uri);
        var etag1 = part(uri, id, 1, new byte[100]).header("etag");
        var etag2 = part(uri, id, 2, new byte[100]).header("etag");
        assertThat(complete(uri, id, 2, etag2, 1, etag1).code()).isEqualTo("InvalidPartOrder");
        assertThat(complete(uri, id, 1, etag1, 1, etag1).code()).isEqualTo("InvalidPartOrder");
        assertThat(complete(uri, id, 1, "\"x\"", 2, etag2).code()).isEqualTo("InvalidPart");
        assertThat(complete(uri, id, 1, etag1, 3, etag2).code()).isEqualTo("InvalidPart");
        assertThat(complete(uri, id, 1, etag1, 2, etag2).code()).isEqualTo("EntityTooSmall");
        assertThat(wire.request("POST", uri + "?uploadId=" + id).body("<x/>").call().code())
                .isEqualTo("MalformedXML");
        assertThat(wire.request("POST", uri + "?uploadId=" + id)
                .body("<CompleteMultipartUpload/>")
                .call()
                .code()).isEqualTo("MalformedXML");
        assertThat(wire.request("POST", uri + "?uploadId=" + id)
                .header("x-amz-mp-object-size", "99")
                .body(list(2, etag2))
                .call()
                .code())
                .isEqualTo("InvalidRequest");
        assertThat(wire.call("HEAD", uri).status()).isEqualTo(404);
        assertThat(complete(uri, id, 2, etag2).status()).isEqualTo(200);
        assertThat(complete(uri, "f".repeat(32), 2, etag2).code()).isEqualTo("NoSuchUpload");
    }

    @Test
    void leavesNothingOfAnAbortedUpload() {
        var uri = "/durable/aborted";
        var id = begin(uri);
        var etag = part(uri, id, 1, new byte[10]).header("etag");
        assertThat(wire.call("DELETE", uri + "?uploadId=" + id).status()).isEqualTo(204);
        assertThat(wire.call("DELETE", uri + "?uploadId=" + id).code()).isEqualTo("NoSuchUpload");
        assertThat(part(uri, id, 2, new byte[10]).code()).isEqualTo("NoSuchUpload");
        assertThat(complete(uri, id, 1, etag).code()).isEqualTo("NoSuchUpload");
        assertThat(hidden("durable")).isZero();
    }

    @Test
    void completesOnlyUnderItsConditions() {
        var uri = "/durable/conditional";
        var id = begin(uri);
        var etag = part(uri, id, 1, new byte[10]).header("etag");
        assertThat(conditional(uri, id, "if-match", "\"x\"", etag).code()).isEqualTo("NoSuchKey");
        wire.put(uri, new byte[1]);
        assertThat(conditional(uri, id, "if-match", "\"x\"", etag).code())
                .isEqualTo("PreconditionFailed");
        assertThat(conditional(uri, id, "if-none-match", "*", etag).code())
                .isEqualTo("PreconditionFailed");
        wire.call("DELETE", uri);
        assertThat(conditional(uri, id, "if-none-match", "*", etag).status()).isEqualTo(200);
    }

    @Test
    void endsAnUploadOnceHoweverManyTry() throws Exception {
        for (int round = 0; round < 20; round++) {
            var uri = "/durable/ended" + round;
            var id = begin(uri);
            var etag = part(uri, id, 1, new byte[10]).header("etag");
            var start = new CountDownLatch(1);
            var calls = new ArrayList<Callable<Reply>>();
            for (int i = 0; i < 6; i++) {
                boolean abort = i % 3 == 2;
                calls.add(() -> {
                    try (var own = rig.wire()) {
                        start.await();
                        return abort
                                ? own.call("DELETE", uri + "?uploadId=" + id)
                                : own.request("POST", uri + "?uploadId=" + id)
                                        .body(list(1, etag))
                                        .call();
                    }
                });
            }
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                var futures = calls.stream().map(executor::submit).toList();
                start.countDown();
                int aborted = 0;
                int completed = 0;
                for (var future : futures) {
                    var reply = future.get();
                    assertThat(reply.status()).isIn(200, 204, 404);
                    aborted += reply.status() == 204 ? 1 : 0;
                    completed += reply.status() == 200 ? 1 : 0;
                }
                assertThat((aborted == 1 && completed == 0) || (aborted == 0 && completed == 4))
                        .as("%d aborted, %d completed", aborted, completed)
                        .isTrue();
                assertThat(wire.call("HEAD", uri).status()).isEqualTo(completed > 0 ? 200 : 404);
            }
            assertThat(hidden("durable")).isZero();
        }
    }

    @Test
    void copiesPartsFromObjects() {
        var source = random(300_000, 9);
        wire.put("/durable/src%20%25%2B%C3%A9", source);
        var uri = "/durable/copied";
        var id = begin(uri);
        var whole = wire.request("PUT", uri + "?partNumber=1&uploadId=" + id)
                .header("x-amz-copy-source", "/durable/src%20%25%2B%C3%A9")
                .header("x-amz-copy-source-range", "bytes=100-199999")
                .body("")
                .call();
        assertThat(whole.text()).contains("<CopyPartResult");
        var etag = whole.text().replaceAll("(?s).*<ETag>&quot;(.*)&quot;</ETag>.*", "$1");
        assertThat(wire.request("PUT", uri + "?partNumber=2&uploadId=" + id)
                .header("x-amz-copy-source", "durable/src%20%25%2B%C3%A9")
                .header("x-amz-copy-source-range", "bytes=0-300000")
                .body("")
                .call()
                .code())
                .isEqualTo("InvalidRange");
        assertThat(wire.request("PUT", uri + "?partNumber=2&uploadId=" + id)
                .header("x-amz-copy-source", "durable/none")
                .body("")
                .call()
                .code())
                .isEqualTo("NoSuchKey");
        assertThat(complete(uri, id, 1, etag).status()).isEqualTo(200);
        assertThat(wire.call("GET", uri).body())
                .isEqualTo(Arrays.copyOfRange(source, 100, 200_000));
    }

    @Test
    void forgetsTheUploadsOfADeletedBucket() {
        wire.call("PUT", "/deleted");
        var id = begin("/deleted/k");
        part("/deleted/k", id, 1, new byte[10]);
        assertThat(wire.call("DELETE", "/deleted").status()).isEqualTo(204);
        assertThat(hidden("durable")).isZero();
        wire.call("PUT", "/deleted");
        assertThat(part("/deleted/k", id, 1, new byte[10]).code()).isEqualTo("NoSuchUpload");
    }

    @Test
    void sweepsPartsWhoseUploadHasEnded() {
        var store = new MultipartStore(rig.engine(), new Random(3));
        var bucket = rig.engine().createBucket("swept", BucketClass.CACHE);
        var hidden = store.hidden(BucketClass.CACHE);
        var ended = store.begin(bucket, ObjectKey.of("k\0x"), java.util.Map.of());
        var alive = store.begin(bucket, ObjectKey.of("k"), java.util.Map.of());
        hidden.put(store.newPartKey(bucket, ended, 1), new byte[1]);
        hidden.put(store.newPartKey(bucket, alive, 1), new byte[1]);
        hidden.remove(ended.marker().key());
        store.sweep();
        assertThat(store.parts(bucket, alive)).hasSize(1);
        assertThat(store.parts(bucket, ended)).isEmpty();
        assertThat(store.parse(bucket, ended.marker()).key()).isEqualTo(ObjectKey.of("k\0x"));
        store.removeAll(bucket);
        assertThat(hidden.count()).isZero();
    }

    private long hidden(String bucketClass) {
        return rig.engine().bucket(".uploads-" + bucketClass).orElseThrow().count();
    }

    private String begin(String uri) {
        return wire.call("POST", uri + "?uploads")
                .text()
                .replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
    }

    private Reply part(String uri, String id, int number, byte[] body) {
        return wire.put(uri + "?partNumber=" + number + "&uploadId=" + id, body);
    }

    private Reply complete(String uri, String id, Object... numbersAndETags) {
        return wire.request("POST", uri + "?uploadId=" + id).body(list(numbersAndETags)).call();
    }

    private Reply conditional(String uri, String id, String header, String value, String etag) {
        return wire.request("POST", uri + "?uploadId=" + id)
                .header(header, value)
                .body(list(1, etag))
                .call();
    }

    private static String list(Object... numbersAndETags) {
        var xml = XmlWriter.document("CompleteMultipartUpload");
        for (int i = 0; i < numbersAndETags.length; i += 2) {
            xml.begin("Part")
                    .text("PartNumber", numbersAndETags[i].toString())
                    .text("ETag", numbersAndETags[i + 1].toString())
                    .end();
        }
        return xml.toString();
    }

    private static byte[] random(int length, long seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}

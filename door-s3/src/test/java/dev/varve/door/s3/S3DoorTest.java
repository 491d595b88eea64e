package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.door.s3.Wire.Reply;
import dev.varve.engine.ObjectKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients send, byte by byte, and what must come back.
@TestInstance(Lifecycle.PER_CLASS)
final class S3DoorTest {
    private DoorRig rig;
    private Wire wire;

    @BeforeAll
    void open(@TempDir Path folder) {
        rig = new DoorRig(folder);
        try (var first = rig.wire()) {
            first.call("PUT", "/bucket");
            first.request("PUT", "/cached").header("x-varve-bucket-class", "cache").call();
        }
    }

    @BeforeEach
    void connect() {
        wire = rig.wire();
    }

    @AfterEach
    void disconnect() {
        wire.close();
    }

    @AfterAll
    void close() {
        rig.close();
    }

    @Test
    void answersPutGetHeadAndDelete() {
        var put = wire.put("/bucket/key", "hello".getBytes(UTF_8));
        assertThat(put.status()).isEqualTo(200);
        assertThat(put.header("etag")).isEqualTo("\"5d41402abc4b2a76b9719d911017c592\"");
        var get = wire.call("GET", "/bucket/key");
        assertThat(get.text()).isEqualTo("hello");
        assertThat(get.header("etag")).isEqualTo(put.header("etag"));
        assertThat(get.header("content-type")).isEqualTo("binary/octet-stream");
        assertThat(get.header("accept-ranges")).isEqualTo("bytes");
        assertThat(get.header("x-amz-request-id")).hasSize(16);
        var head = wire.call("HEAD", "/bucket/key");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo("5");
        assertThat(wire.call("DELETE", "/bucket/key").status()).isEqualTo(204);
        var gone = wire.call("GET", "/bucket/key");
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.code()).isEqualTo("NoSuchKey");
        assertThat(gone.text()).contains("<Key>key</Key>").contains("<RequestId>");
        assertThat(wire.call("HEAD", "/bucket/key").status()).isEqualTo(404);
    }

    @Test
    void keepsKeysThatLookLikePaths() {
        var keys = List.of("../../etc/passwd", "a//b", "/", "//", ".", "..", "a/./b", "a/../b",
                "nul%00byte", "%2e%2e", "a%2fb", "sp%20ace", "plus+", "q%3Fmark", "h%23ash",
                "tail/",
                "k".repeat(1024), "%F0%9F%98%80", "%FF%FE", "%0D%0A", "%7F", "a%25b");
        for (var key : keys) {
            var uri = "/bucket/path/".substring(0, key.length() == 1024 ? 8 : 13) + key;
            assertThat(wire.put(uri, key.getBytes(UTF_8)).status()).as(key).isEqualTo(200);
        }
        for (var key : keys) {
            var uri = "/bucket/path/".substring(0, key.length() == 1024 ? 8 : 13) + key;
            var wanted = key.equals("%2e%2e") ? ".." : key.equals("a%2fb") ? "a/b" : key;
            var got = wire.call("GET", uri).text();
            assertThat(got).as(key).isIn(key, wanted, "%2e%2e");
        }
        assertThat(wire.put("/bucket/" + "k".repeat(1025), new byte[1]).code())
                .isEqualTo("KeyTooLongError");
    }

    @Test
    void keepsKeysOfEveryByte() {
        for (int i = 0; i < 256; i++) {
            assertThat(wire.put("/bucket/byte/%%%02X".formatted(i), new byte[]{(byte) i}).status())
                    .as("byte %d", i)
                    .isEqualTo(200);
        }
        for (int i = 0; i < 256; i++) {
            assertThat(wire.call("GET", "/bucket/byte/%%%02X".formatted(i)).body())
                    .as("byte %d", i)
                    .containsExactly(i);
        }
        var listed = wire.call("GET",
                "/bucket?list-type=2&prefix=byte/&encoding-type=url&max-keys=1000").text();
        assertThat(listed.split("<Key>", -1)).hasSize(257);
        assertThat(listed).contains("<Key>byte/%00</Key>", "<Key>byte/%FF</Key>");
    }

    @ParameterizedTest
    @CsvSource({"/no-such-bucket/k,GET,NoSuchBucket", "/no-such-bucket,GET,NoSuchBucket",
            "/No_Such,GET,InvalidBucketName", "/.uploads-durable,GET,InvalidBucketName",
            "/.uploads-durable/k,GET,InvalidBucketName", "//k,GET,InvalidBucketName",
            "/bucket/%zz,GET,InvalidURI", "/bucket?policy,PUT,NotImplemented",
            "/bucket?versioning,PUT,NotImplemented", "/bucket?policy,GET,NoSuchBucketPolicy",
            "/bucket?lifecycle,GET,NoSuchLifecycleConfiguration",
            "/bucket?cors,GET,NoSuchCORSConfiguration", "/bucket?tagging,GET,NoSuchTagSet",
            "/bucket?encryption,GET,ServerSideEncryptionConfigurationNotFoundError",
            "/bucket?website,DELETE,NotImplemented", "/bucket/k?tagging,PUT,NotImplemented",
            "/bucket/k?acl&tagging,GET,InvalidArgument", "/bucket/k?torrent,GET,NotImplemented",
            "/bucket/k?select&select-type=2,POST,NotImplemented", "/bucket/k,POST,MethodNotAllowed",
            "/bucket,PATCH,MethodNotAllowed", "/,PUT,MethodNotAllowed", "/,POST,MethodNotAllowed",
            "/bucket?list-type=3,GET,InvalidArgument", "/bucket?max-keys=-1,GET,InvalidArgument",
            "/bucket?max-keys=x,GET,InvalidArgument",
            "/bucket?encoding-type=b,GET,InvalidArgument",
            "/bucket?list-type=2&continuation-token=%21,GET,InvalidArgument",
            "/bucket/k?versionId=abc,GET,InvalidArgument",
            "/bucket/k?uploadId=x&partNumber=1,PUT,NoSuchUpload",
            "/bucket/k?uploadId=x&partNumber=0,PUT,InvalidArgument",
            "/bucket/k?uploadId=x&partNumber=10001,PUT,InvalidArgument",
            "/bucket/k?uploadId=x,DELETE,NoSuchUpload", "/bucket/k?uploadId=x,GET,NoSuchUpload"})
    void namesItsErrorsAsS3Does(String uri, String method, String code) {
        var reply = wire.request(method, uri).body("").call();
        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.header("content-type")).isEqualTo("application/xml");
        assertThat(wire.call("HEAD", "/bucket").status()).isEqualTo(200);
    }

    @Test
    void answersFixedConfigurations() {
        assertThat(wire.call("GET", "/bucket?versioning").text())
                .contains("<VersioningConfiguration");
        assertThat(wire.call("GET", "/bucket?location").text()).contains("LocationConstraint");
        assertThat(wire.call("GET", "/bucket?acl").text()).contains("FULL_CONTROL");
        wire.put("/bucket/tagged", new byte[0]);
        assertThat(wire.call("GET", "/bucket/tagged?tagging").text()).contains("<TagSet>");
    }

    @Test
    void refusesWhatItWouldHaveToIgnore() {
        for (var header : List.of("x-amz-server-side-encryption", "x-amz-tagging",
                "x-amz-object-lock-mode", "x-amz-write-offset-bytes")) {
            assertThat(wire.request("PUT", "/bucket/refused")
                    .header(header, "x")
                    .body("b")
                    .call()
                    .code()).as(header).isEqualTo("NotImplemented");
        }
        assertThat(wire.request("PUT", "/bucket/refused")
                .header("x-amz-acl", "public-read")
                .body("b")
                .call()
                .code()).isEqualTo("AccessControlListNotSupported");
        assertThat(wire.request("PUT", "/bucket/refused")
                .header("x-amz-storage-class", "GLACIER")
                .body("b")
                .call()
                .code()).isEqualTo("InvalidStorageClass");
        assertThat(wire.call("HEAD", "/bucket/refused").status()).isEqualTo(404);
    }

    @Test
    void refusesWhoIsNotWhoTheySay() {
        assertThat(wire.request("GET", "/bucket").secret("wrong").call().code())
                .isEqualTo("SignatureDoesNotMatch");
        assertThat(wire.request("GET", "/bucket").accessKey("nobody").call().code())
                .isEqualTo("InvalidAccessKeyId");
        assertThat(wire.request("GET", "/bucket")
                .time(Instant.now().minus(Duration.ofHours(1)))
                .call()
                .code()).isEqualTo("RequestTimeTooSkewed");
        assertThat(wire.request("GET", "/bucket").callAsItIs().code()).isEqualTo("AccessDenied");
        assertThat(wire.request("OPTIONS", "/bucket").callAsItIs().code())
                .isEqualTo("AccessForbidden");
    }

    @Test
    void showsNothingOfABodyThatIsNotWhatWasAnnounced() {
        var body = "hello".getBytes(UTF_8);
        var md5 = Base64.getEncoder().encodeToString(Digest.hash("MD5", "other".getBytes(UTF_8)));
        assertThat(put("bad").header("content-md5", md5).body(body).call().code())
                .isEqualTo("BadDigest");
        assertThat(put("bad").header("content-md5", "x").body(body).call().code())
                .isEqualTo("InvalidDigest");
        assertThat(put("bad").header("x-amz-checksum-crc32", "AAAAAA==").body(body).call().code())
                .isEqualTo("BadDigest");
        assertThat(put("bad").header("x-amz-checksum-sha1", "short").body(body).call().code())
                .isEqualTo("BadDigest");
        assertThat(put("bad").header("x-amz-checksum-new", "x").body(body).call().code())
                .isEqualTo("InvalidRequest");
        assertThat(put("bad").header("x-amz-checksum-crc32", "AAAAAA==")
                .header("x-amz-checksum-crc32c", "AAAAAA==")
                .body(body)
                .call()
                .code())
                .isEqualTo("InvalidRequest");
        assertThat(put("bad").payloadHash(SigV4.EMPTY_SHA256).body(body).call().code())
                .isEqualTo("XAmzContentSHA256Mismatch");
        assertThat(wire.call("HEAD", "/bucket/bad").status()).isEqualTo(404);
        assertThat(put("bad").payloadHash(Digest.sha256Hex(body)).body(body).call().status())
                .isEqualTo(200);
    }

    @Test
    void wantsALengthOrHttpChunks() {
        assertThat(put("k").call().code()).isEqualTo("MissingContentLength");
        assertThat(put("k").payloadHash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
                .body("0\r\n\r\n")
                .call()
                .code()).isEqualTo("MissingContentLength");
        assertThat(wire.call("HEAD", "/bucket/k").status()).isEqualTo(404);
        var chunked = put("k").header("transfer-encoding", "chunked");
        chunked.sign();
        chunked.sendHead();
        wire.send("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n");
        assertThat(wire.read("PUT").status()).isEqualTo(200);
        assertThat(wire.call("GET", "/bucket/k").text()).isEqualTo("hello!");
    }

    @Test
    void takesChunksWithinChunks() {
        var request = put("chunks").header("transfer-encoding", "chunked")
                .header("content-encoding", "gzip,aws-chunked")
                .header("x-amz-decoded-content-length", "5")
                .header("x-amz-trailer", "x-amz-checksum-crc32")
                .payloadHash("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        request.sign();
        request.sendHead();
        var framed = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
        for (int at = 0; at < framed.length(); at += 7) {
            var piece = framed.substring(at, Math.min(at + 7, framed.length()));
            wire.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
        }
        wire.send("0\r\n\r\n");
        var reply = wire.read("PUT");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-amz-checksum-crc32")).isEqualTo("NhCmhg==");
        var got = wire.request("GET", "/bucket/chunks")
                .header("x-amz-checksum-mode", "ENABLED")
                .call();
        assertThat(got.text()).isEqualTo("hello");
        assertThat(got.header("content-encoding")).isEqualTo("gzip");
        assertThat(got.header("x-amz-checksum-crc32")).isEqualTo("NhCmhg==");
        assertThat(wire.call("GET", "/bucket/chunks").headers())
                .doesNotContainKey("x-amz-checksum-crc32");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-amz-checksum-crc32:AAAAAA==\r\n", "x-amz-checksum-sha1:x\r\n", "",
            "other:NhCmhg==\r\n"})
    void showsNothingOfABodyWithAWrongOrMissingTrailer(String trailer) {
        var reply = chunked("trailer", "5\r\nhello\r\n0\r\n" + trailer + "\r\n", 5);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isIn("BadDigest", "MalformedTrailerError");
        assertThat(wire.call("HEAD", "/bucket/trailer").status()).isEqualTo(404);
    }

    @Test
    void showsNothingOfABodyWithLyingLengths() {
        var body = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
        for (long decoded : new long[]{0, 4, 6, 1 << 20}) {
            assertThat(chunked("lying", body, decoded).code()).isEqualTo("IncompleteBody");
            assertThat(wire.call("HEAD", "/bucket/lying").status()).isEqualTo(404);
        }
        assertThat(chunked("lying", body, 5).status()).isEqualTo(200);
        assertThat(chunked("lying", body, 6L << 30).code()).isEqualTo("EntityTooLarge");
    }

    @Test
    void verifiesSignedChunks() {
        var request = put("signed").payloadHash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
                .header("x-amz-decoded-content-length", "5");
        int length = ("5;chunk-signature=" + "0".repeat(64) + "\r\nhello\r\n").length()
                + ("0;chunk-signature=" + "0".repeat(64) + "\r\n\r\n").length();
        for (boolean tampered : new boolean[]{true, false}) {
            request.header("content-length", Integer.toString(length));
            request.headers.remove("authorization");
            var signer = request.chunkSigner(request.sign());
            request.sendHead();
            wire.send("5;chunk-signature=" + signer.next(Digest.sha256Hex("hello".getBytes(UTF_8)))
                    + "\r\n" + (tampered ? "hellO" : "hello") + "\r\n");
            wire.send("0;chunk-signature=" + signer.next(SigV4.EMPTY_SHA256) + "\r\n\r\n");
            assertThat(wire.read("PUT").status()).isEqualTo(tampered ? 403 : 200);
        }
        assertThat(wire.call("GET", "/bucket/signed").text()).isEqualTo("hello");
    }

    @Test
    void answersRangesAndConditions() {
        wire.put("/bucket/range", "0123456789".getBytes(UTF_8));
        var etag = wire.call("HEAD", "/bucket/range").header("etag");
        var part = wire.request("GET", "/bucket/range").header("range", "bytes=2-4").call();
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("234");
        assertThat(part.header("content-range")).isEqualTo("bytes 2-4/10");
        assertThat(wire.request("GET", "/bucket/range")
                .header("range", "bytes=0-8388607")
                .call()
                .header("content-range")).isEqualTo("bytes 0-9/10");
        var beyond = wire.request("GET", "/bucket/range").header("range", "bytes=10-").call();
        assertThat(beyond.status()).isEqualTo(416);
        assertThat(beyond.header("content-range")).isEqualTo("bytes */10");
        assertThat(wire.request("GET", "/bucket/range")
                .header("range", "bytes=0-1,4-5")
                .call()
                .status()).isEqualTo(200);
        assertThat(wire.request("GET", "/bucket/range")
                .header("range", "bytes=4-5")
                .header("if-match", etag)
                .call()
                .text()).isEqualTo("45");
        assertThat(wire.request("GET", "/bucket/range").header("if-match", "\"x\"").call().code())
                .isEqualTo("PreconditionFailed");
        var notModified = wire.request("GET", "/bucket/range").header("if-none-match", etag).call();
        assertThat(notModified.status()).isEqualTo(304);
        assertThat(notModified.header("etag")).isEqualTo(etag);
        assertThat(notModified.headers()).containsKey("last-modified");
        assertThat(wire.request("HEAD", "/bucket/range")
                .header("if-modified-since",
                        Dates.http(System.currentTimeMillis() + 60_000))
                .call()
                .status()).isEqualTo(304);
        assertThat(wire.request("HEAD", "/bucket/range")
                .header("if-unmodified-since",
                        "Sat, 01 Jan 2000 00:00:00 GMT")
                .call()
                .status()).isEqualTo(412);
        assertThat(wire.call("GET", "/bucket/range?partNumber=1").status()).isEqualTo(206);
        assertThat(wire.call("GET", "/bucket/range?partNumber=2").code())
                .isEqualTo("InvalidPartNumber");
    }

    @Test
    void returnsTheBytesOfAnyRange() {
        var bytes = new byte[9_000_000];
        new Random(5).nextBytes(bytes);
        wire.put("/bucket/large", bytes);
        wire.put("/cached/large", bytes);
        var random = new Random(6);
        for (int i = 0; i < 60; i++) {
            int from = random.nextInt(bytes.length);
            int to = Math.min(bytes.length - 1, from + random.nextInt(random.nextBoolean()
                    ? 10
                    : 6_000_000));
            var uri = random.nextBoolean() ? "/bucket/large" : "/cached/large";
            var reply = wire.request("GET", uri).header("range", "bytes=" + from + '-' + to).call();
            assertThat(Arrays.equals(reply.body(), 0, reply.body().length, bytes, from, to + 1))
                    .as("%s %d-%d", uri, from, to)
                    .isTrue();
        }
    }

    @Test
    void invitesABodyOnlyWhenItIsWelcome() {
        var welcome = put("invited").header("expect", "100-continue")
                .header("content-length", "5");
        welcome.sign();
        welcome.sendHead();
        assertThat(wire.read("PUT").status()).isEqualTo(100);
        wire.send("hello");
        assertThat(wire.read("PUT").status()).isEqualTo(200);
        var refused = wire.request("PUT", "/no-such-bucket/k")
                .header("expect", "100-continue")
                .header("content-length", "5");
        refused.sign();
        refused.sendHead();
        var reply = wire.read("PUT");
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.header("connection")).isEqualTo("close");
    }

    @Test
    void staysUsableAfterAnErrorWithABodyUnderWay() {
        assertThat(wire.put("/no-such-bucket/k", new byte[3_000_000]).code())
                .isEqualTo("NoSuchBucket");
        assertThat(wire.call("HEAD", "/bucket").status()).isEqualTo(200);
    }

    @Test
    void answersPipelinedRequestsInOrder() {
        wire.put("/bucket/one", "1".getBytes(UTF_8));
        wire.put("/bucket/two", "2".getBytes(UTF_8));
        for (var uri : List.of("/bucket/one", "/bucket/two", "/bucket/none", "/bucket/one")) {
            var request = wire.request("GET", uri);
            request.sign();
            request.sendHead();
        }
        assertThat(wire.read("GET").text()).isEqualTo("1");
        assertThat(wire.read("GET").text()).isEqualTo("2");
        assertThat(wire.read("GET").status()).isEqualTo(404);
        assertThat(wire.read("GET").text()).isEqualTo("1");
    }

    @Test
    void findsTheBucketInTheHost() {
        wire.put("/bucket/vhost", "v".getBytes(UTF_8));
        var host = "bucket.localhost:" + rig.port();
        assertThat(wire.request("GET", "/vhost").header("host", host).call().text())
                .isEqualTo("v");
        assertThat(wire.request("GET", "/?list-type=2&prefix=vhost")
                .header("host", host)
                .call()
                .text()).contains("<Key>vhost</Key>");
    }

    @Test
    void letsExactlyOneOfManyCreateAnObject() throws Exception {
        int threads = 12;
        for (int round = 0; round < 5; round++) {
            var uri = "/bucket/race/" + round;
            var start = new CountDownLatch(1);
            var calls = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < threads; i++) {
                var body = ("winner " + i).getBytes(ISO_8859_1);
                calls.add(() -> {
                    try (var own = rig.wire()) {
                        start.await();
                        return own.request("PUT", uri)
                                .header("if-none-match", "*")
                                .body(body)
                                .call()
                                .status();
                    }
                });
            }
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                var futures = calls.stream().map(executor::submit).toList();
                start.countDown();
                var statuses = new ArrayList<Integer>();
                for (var future : futures) {
                    statuses.add(future.get());
                }
                assertThat(statuses).containsOnlyOnce(200);
                assertThat(statuses).filteredOn(s -> s == 412).hasSize(threads - 1);
            }
            assertThat(wire.call("GET", uri).text()).startsWith("winner ");
        }
    }

    @Test
    void servesWhatOtherDoorsStored() {
        var bucket = rig.engine().openBucket("kv", dev.varve.engine.BucketClass.CACHE);
        bucket.put(ObjectKey.of("plain"), "x".getBytes(UTF_8));
        var first = wire.call("GET", "/kv/plain");
        assertThat(first.text()).isEqualTo("x");
        bucket.put(ObjectKey.of("plain"), "y".getBytes(UTF_8));
        assertThat(wire.call("GET", "/kv/plain").header("etag"))
                .isNotEqualTo(first.header("etag"))
                .matches("\"[0-9a-f]{32}-1\"");
    }

    @Test
    void countsWhatItDoes() {
        wire.put("/bucket/counted", new byte[1000]);
        wire.call("GET", "/bucket/counted");
        var counters = rig.door.counters();
        assertThat(counters.connectionsOpen()).isPositive();
        assertThat(counters.bytesIn()).isGreaterThanOrEqualTo(1000);
        assertThat(counters.operations()).extracting(S3Counters.Operation::name)
                .contains("PutObject", "GetObject");
    }

    private Wire.Request put(String key) {
        return wire.request("PUT", "/bucket/" + key);
    }

    private Reply chunked(String key, String body, long decoded) {
        return put(key).payloadHash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
                .header("x-amz-trailer", "x-amz-checksum-crc32")
                .header("x-amz-decoded-content-length", Long.toString(decoded))
                .body(body.getBytes(ISO_8859_1))
                .call();
    }
}

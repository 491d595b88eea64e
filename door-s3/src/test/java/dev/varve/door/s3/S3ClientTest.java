package dev.varve.door.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// The door as the AWS SDK for Java sees it, with the SDK's own defaults (checksums in trailers
/// among them).
@TestInstance(Lifecycle.PER_CLASS)
final class S3ClientTest {
    private static final String BUCKET = "data";
    private static final int PART_BYTES = 5 << 20;

    private DoorRig rig;
    private S3Client s3;

    @BeforeAll
    void open(@TempDir Path folder) {
        rig = new DoorRig(folder);
        s3 = rig.client();
        s3.createBucket(b -> b.bucket(BUCKET));
    }

    @AfterAll
    void close() {
        s3.close();
        rig.close();
    }

    @Test
    void keepsBucketsWithTheirClass() {
        s3.createBucket(b -> b.bucket("kv-cache")
                .overrideConfiguration(
                        o -> o.putHeader("x-varve-bucket-class", "cache")));
        assertThat(rig.engine().bucket("kv-cache").orElseThrow().bucketClass())
                .isEqualTo(dev.varve.engine.BucketClass.CACHE);
        assertThat(s3.listBuckets().buckets()).extracting(b -> b.name())
                .contains(BUCKET, "kv-cache")
                .doesNotContain(".uploads-durable");
        s3.createBucket(b -> b.bucket("kv-cache"));
        assertThatThrownBy(() -> s3.createBucket(b -> b.bucket("kv-cache")
                .overrideConfiguration(
                        o -> o.putHeader("x-varve-bucket-class", "durable"))))
                .isInstanceOf(BucketAlreadyOwnedByYouException.class);
        s3.headBucket(b -> b.bucket("kv-cache"));
        assertThat(s3.getBucketLocation(b -> b.bucket("kv-cache")).locationConstraintAsString())
                .isNullOrEmpty();
        assertThat(s3.getBucketVersioning(b -> b.bucket("kv-cache")).status()).isNull();
        s3.deleteBucket(b -> b.bucket("kv-cache"));
        assertThatThrownBy(() -> s3.headBucket(b -> b.bucket("kv-cache")))
                .isInstanceOf(NoSuchBucketException.class);
    }

    @Test
    void refusesToDeleteABucketThatIsNotEmpty() {
        s3.createBucket(b -> b.bucket("full"));
        s3.putObject(b -> b.bucket("full").key("k"), RequestBody.fromString("v"));
        assertThatThrownBy(() -> s3.deleteBucket(b -> b.bucket("full")))
                .hasMessageContaining("not empty");
        s3.deleteObject(b -> b.bucket("full").key("k"));
        s3.deleteBucket(b -> b.bucket("full"));
    }

    @ParameterizedTest
    @EnumSource(value = ChecksumAlgorithm.class, names = {"CRC32", "SHA1", "SHA256"})
    void returnsTheBytesAndTheChecksumOfATrailer(ChecksumAlgorithm algorithm) {
        var bytes = random(3_000_001, 7);
        var key = "sum/" + algorithm;
        var put = s3.putObject(b -> b.bucket(BUCKET).key(key).checksumAlgorithm(algorithm),
                RequestBody.fromContentProvider(() -> new ByteArrayInputStream(bytes),
                        bytes.length, "application/octet-stream"));
        assertThat(put.eTag()).matches("\"[0-9a-f]{32}\"");
        var got = s3.getObject(b -> b.bucket(BUCKET).key(key).checksumMode(ChecksumMode.ENABLED),
                ResponseTransformer.toBytes());
        assertThat(got.asByteArray()).isEqualTo(bytes);
        assertThat(List.of(String.valueOf(got.response().checksumCRC32()),
                String.valueOf(got.response().checksumSHA1()),
                String.valueOf(got.response().checksumSHA256())))
                .contains(List.of(String.valueOf(put.checksumCRC32()),
                        String.valueOf(put.checksumSHA1()), String.valueOf(put.checksumSHA256()))
                        .stream()
                        .filter(v -> !v.equals("null"))
                        .findFirst()
                        .orElseThrow());
        assertThat(s3.headObject(b -> b.bucket(BUCKET).key(key)).checksumCRC32()).isNull();
    }

    @Test
    void keepsHeadersAndMetadata() {
        s3.putObject(b -> b.bucket(BUCKET)
                .key("meta")
                .contentType("text/plain")
                .contentEncoding("gzip")
                .contentDisposition("attachment; filename=\"a b\"")
                .contentLanguage("de")
                .cacheControl("no-cache")
                .metadata(Map.of("Colour", "red", "empty", "")), RequestBody.fromString("hello"));
        var head = s3.headObject(b -> b.bucket(BUCKET).key("meta"));
        assertThat(head.contentType()).isEqualTo("text/plain");
        assertThat(head.contentEncoding()).isEqualTo("gzip");
        assertThat(head.contentDisposition()).isEqualTo("attachment; filename=\"a b\"");
        assertThat(head.contentLanguage()).isEqualTo("de");
        assertThat(head.cacheControl()).isEqualTo("no-cache");
        assertThat(head.metadata()).containsEntry("colour", "red").containsKey("empty");
        assertThat(head.contentLength()).isEqualTo(5);
        var overridden = s3.getObject(b -> b.bucket(BUCKET)
                .key("meta")
                .responseContentType("image/png")
                .responseCacheControl("max-age=1"),
                ResponseTransformer.toBytes()).response();
        assertThat(overridden.contentType()).isEqualTo("image/png");
        assertThat(overridden.cacheControl()).isEqualTo("max-age=1");
    }

    @Test
    void tellsMissingThingsApart() {
        assertThatThrownBy(() -> s3.getObject(b -> b.bucket(BUCKET).key("nothing"),
                ResponseTransformer.toBytes())).isInstanceOf(NoSuchKeyException.class);
        assertThatThrownBy(() -> s3.headObject(b -> b.bucket(BUCKET).key("nothing")))
                .isInstanceOf(NoSuchKeyException.class);
        assertThatThrownBy(() -> s3.getObject(b -> b.bucket("no-such-bucket").key("k"),
                ResponseTransformer.toBytes())).isInstanceOf(NoSuchBucketException.class);
        s3.deleteObject(b -> b.bucket(BUCKET).key("nothing"));
    }

    @Test
    void copiesWithOrWithoutNewMetadata() {
        s3.putObject(b -> b.bucket(BUCKET)
                .key("copy/a +%é")
                .contentType("text/x")
                .metadata(Map.of("n", "1")), RequestBody.fromString("content"));
        s3.copyObject(b -> b.sourceBucket(BUCKET)
                .sourceKey("copy/a +%é")
                .destinationBucket(BUCKET)
                .destinationKey("copy/b"));
        assertThat(s3.headObject(b -> b.bucket(BUCKET).key("copy/b")).metadata())
                .containsEntry("n", "1");
        s3.copyObject(b -> b.sourceBucket(BUCKET)
                .sourceKey("copy/b")
                .destinationBucket(BUCKET)
                .destinationKey("copy/b")
                .metadataDirective(MetadataDirective.REPLACE)
                .metadata(Map.of("n", "2")));
        var replaced = s3.getObjectAsBytes(b -> b.bucket(BUCKET).key("copy/b"));
        assertThat(replaced.response().metadata()).containsEntry("n", "2");
        assertThat(replaced.asUtf8String()).isEqualTo("content");
        assertThatThrownBy(() -> s3.copyObject(b -> b.sourceBucket(BUCKET)
                .sourceKey("copy/b")
                .destinationBucket(BUCKET)
                .destinationKey("copy/b")))
                .hasMessageContaining("to itself");
        assertThatThrownBy(() -> s3.copyObject(b -> b.sourceBucket(BUCKET)
                .sourceKey("copy/b")
                .destinationBucket(BUCKET)
                .destinationKey("copy/c")
                .copySourceIfMatch("other")))
                .isInstanceOfSatisfying(S3Exception.class,
                        e -> assertThat(e.statusCode()).isEqualTo(412));
    }

    @Test
    void writesOnlyUnderItsConditions() {
        var first = s3.putObject(b -> b.bucket(BUCKET).key("cond").ifNoneMatch("*"),
                RequestBody.fromString("1")).eTag();
        assertStatus(412, () -> s3.putObject(b -> b.bucket(BUCKET).key("cond").ifNoneMatch("*"),
                RequestBody.fromString("2")));
        assertStatus(412, () -> s3.putObject(b -> b.bucket(BUCKET).key("cond").ifMatch("\"x\""),
                RequestBody.fromString("2")));
        assertStatus(404, () -> s3.putObject(b -> b.bucket(BUCKET).key("cond2").ifMatch(first),
                RequestBody.fromString("2")));
        s3.putObject(b -> b.bucket(BUCKET).key("cond").ifMatch(first), RequestBody.fromString("3"));
        assertStatus(412, () -> s3.deleteObject(b -> b.bucket(BUCKET).key("cond").ifMatch(first)));
        assertThat(s3.getObjectAsBytes(b -> b.bucket(BUCKET).key("cond")).asUtf8String())
                .isEqualTo("3");
    }

    @Test
    void deletesManyAtOnce() {
        for (var key : List.of("del/1", "del/2", "del/<&>")) {
            s3.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromString(key));
        }
        var deleted = s3.deleteObjects(b -> b.bucket(BUCKET)
                .delete(d -> d.objects(
                        id("del/1"), id("del/<&>"), id("del/never"))));
        assertThat(deleted.deleted()).extracting(d -> d.key())
                .containsExactlyInAnyOrder("del/1", "del/<&>", "del/never");
        assertThat(s3.listObjectsV2(b -> b.bucket(BUCKET).prefix("del/")).contents())
                .extracting(S3Object::key)
                .containsExactly("del/2");
    }

    @Test
    void uploadsInPartsAndReadsThemBack() {
        var bytes = random(2 * PART_BYTES + 12345, 8);
        var upload = s3.createMultipartUpload(b -> b.bucket(BUCKET)
                .key("parts/big")
                .metadata(Map.of("m", "1"))).uploadId();
        assertThat(s3.listMultipartUploads(b -> b.bucket(BUCKET).prefix("parts/")).uploads())
                .extracting(u -> u.uploadId())
                .contains(upload);
        var parts = new ArrayList<CompletedPart>();
        for (int number = 1; number <= 3; number++) {
            int n = number;
            var part = Arrays.copyOfRange(bytes, (n - 1) * PART_BYTES,
                    Math.min(bytes.length, n * PART_BYTES));
            var done = s3.uploadPart(b -> b.bucket(BUCKET)
                    .key("parts/big")
                    .uploadId(upload)
                    .partNumber(n), RequestBody.fromBytes(part));
            parts.add(CompletedPart.builder()
                    .partNumber(n)
                    .eTag(done.eTag())
                    .checksumCRC32(done.checksumCRC32())
                    .build());
        }
        assertThat(s3.listParts(b -> b.bucket(BUCKET).key("parts/big").uploadId(upload)).parts())
                .extracting(p -> p.size())
                .containsExactly(5242880L, 5242880L, 12345L);
        var completed = s3.completeMultipartUpload(b -> b.bucket(BUCKET)
                .key("parts/big")
                .uploadId(upload)
                .multipartUpload(m -> m.parts(parts)));
        assertThat(completed.eTag()).matches("\"[0-9a-f]{32}-3\"");
        var again = s3.completeMultipartUpload(b -> b.bucket(BUCKET)
                .key("parts/big")
                .uploadId(upload)
                .multipartUpload(m -> m.parts(parts)));
        assertThat(again.eTag()).isEqualTo(completed.eTag());
        var got = s3.getObjectAsBytes(b -> b.bucket(BUCKET).key("parts/big"));
        assertThat(got.asByteArray()).isEqualTo(bytes);
        assertThat(got.response().metadata()).containsEntry("m", "1");
        var second = s3.getObjectAsBytes(b -> b.bucket(BUCKET).key("parts/big").partNumber(2));
        assertThat(second.asByteArray())
                .isEqualTo(Arrays.copyOfRange(bytes, PART_BYTES, 2 * PART_BYTES));
        assertThat(second.response().partsCount()).isEqualTo(3);
        assertThat(s3.listMultipartUploads(b -> b.bucket(BUCKET).prefix("parts/")).uploads())
                .isEmpty();
        assertThat(rig.engine().bucket(".uploads-durable").orElseThrow().count()).isZero();
    }

    @Test
    void doesNotValidateWhatWasNotStoredWithAChecksum() {
        rig.engine()
                .bucket(BUCKET)
                .orElseThrow()
                .put(dev.varve.engine.ObjectKey.of("plain"), new byte[]{1, 2, 3});
        var got = s3.getObject(b -> b.bucket(BUCKET)
                .key("plain")
                .checksumMode(ChecksumMode.ENABLED), ResponseTransformer.toBytes());
        assertThat(got.response().eTag()).matches("\"[0-9a-f]{32}-1\"");
        assertThat(got.asByteArray()).containsExactly(1, 2, 3);
        assertThat(ResponseChecksumValidation.values()).isNotEmpty();
    }

    static ObjectIdentifier id(String key) {
        return ObjectIdentifier.builder().key(key).build();
    }

    static byte[] random(int length, long seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void assertStatus(int status, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(S3Exception.class,
                e -> assertThat(e.statusCode()).isEqualTo(status));
    }
}

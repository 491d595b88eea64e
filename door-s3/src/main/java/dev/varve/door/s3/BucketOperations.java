package dev.varve.door.s3;

import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.ObjectKey;
import dev.varve.env.StorageException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// ListBuckets, and the operations on a bucket as a whole.
///
/// Thread-safe: it has no state.
final class BucketOperations {
    /// Names the class of a bucket when it is created: `cache` or `durable`.
    static final String CLASS_HEADER = "x-varve-bucket-class";

    private static final String REGION_HEADER = "x-amz-bucket-region";
    private static final String DEFAULT_REGION = "us-east-1";
    private static final int MAX_BUCKETS = 10_000;

    private final Buckets buckets;
    private final MultipartStore uploads;
    private final S3Settings settings;

    BucketOperations(Buckets buckets, MultipartStore uploads, S3Settings settings) {
        this.buckets = buckets;
        this.uploads = uploads;
        this.settings = settings;
    }

    Response list(S3Request request) {
        var prefix = request.query().text("prefix").orElse("");
        var after = request.query().text("continuation-token").orElse("");
        int max = Math.min(request.query().number("max-buckets").orElse(MAX_BUCKETS),
                MAX_BUCKETS);
        var matching = buckets.all()
                .stream()
                .filter(bucket -> bucket.name().startsWith(prefix))
                .filter(bucket -> bucket.name().compareTo(after) > 0)
                .toList();
        var page = matching.subList(0, Math.min(max, matching.size()));
        var xml = XmlWriter.document("ListAllMyBucketsResult");
        Owner.write(xml, "Owner");
        xml.begin("Buckets");
        for (var bucket : page) {
            xml.begin("Bucket")
                    .text("Name", bucket.name())
                    .text("CreationDate", Dates.iso(bucket.createdMillis()));
            if (request.query().has("max-buckets")) {
                xml.text("BucketRegion", settings.region());
            }
            xml.end();
        }
        xml.end();
        if (!prefix.isEmpty()) {
            xml.text("Prefix", prefix);
        }
        if (page.size() < matching.size() && !page.isEmpty()) {
            xml.text("ContinuationToken", page.getLast().name());
        }
        return Response.xml(200, xml);
    }

    Response create(S3Request request) {
        var name = request.bucket();
        BucketName.requireValid(name);
        checkLocation(request.payload().bytes(settings.limits().xmlBytes()));
        var wanted = request.header(CLASS_HEADER).map(BucketOperations::parseClass);
        var existing = buckets.find(name);
        if (existing.isPresent()) {
            return recreated(existing.get(), wanted);
        }
        Bucket created;
        try {
            created = buckets.engine().createBucket(name, wanted.orElse(BucketClass.DURABLE));
        } catch (StorageException e) {
            if (e.kind() != StorageException.Kind.CONFLICT) {
                throw e;
            }
            return recreated(buckets.named(name), wanted);
        }
        return Response.empty(200)
                .header("location", '/' + name)
                .header(CLASS_HEADER, text(created.bucketClass()));
    }

    Response delete(S3Request request) {
        var bucket = buckets.of(request);
        try (var cursor = bucket.list(ObjectKey.EMPTY)) {
            if (cursor.next().isPresent()) {
                throw S3Error.BUCKET_NOT_EMPTY.exception().detail("BucketName", bucket.name());
            }
        }
        try {
            buckets.engine().deleteBucket(bucket.name());
        } catch (StorageException e) {
            throw switch (e.kind()) {
                case CONFLICT -> S3Error.BUCKET_NOT_EMPTY.exception();
                case ABSENT -> S3Error.NO_SUCH_BUCKET.exception();
                case CORRUPT, UNAVAILABLE, FULL, CLOSED, CONFIG -> e;
            };
        }
        uploads.removeAll(bucket);
        return Response.empty(204);
    }

    Response head(S3Request request) {
        var bucket = buckets.of(request);
        return Response.empty(200)
                .header(REGION_HEADER, settings.region())
                .header("x-amz-access-point-alias", "false")
                .header(CLASS_HEADER, text(bucket.bucketClass()));
    }

    Response location(S3Request request) {
        buckets.of(request);
        var region = settings.region();
        var xml = XmlWriter.document("LocationConstraint");
        return region.equals(DEFAULT_REGION)
                ? Response.xml(200, xml)
                : Response.xml(200, xml.value(region));
    }

    /// As in us-east-1, creating one's own bucket again is no error there.
    private Response recreated(Bucket bucket, Optional<BucketClass> wanted) {
        boolean same = wanted.isEmpty() || wanted.get() == bucket.bucketClass();
        if (!same || !settings.region().equals(DEFAULT_REGION)) {
            throw S3Error.BUCKET_ALREADY_OWNED_BY_YOU.exception()
                    .detail("BucketName", bucket.name());
        }
        return Response.empty(200).header("location", '/' + bucket.name());
    }

    private static void checkLocation(byte[] body) {
        if (body.length > 0) {
            var root = XmlElement.parse(body, "CreateBucketConfiguration");
            var known = List.of("LocationConstraint", "Tags");
            for (var child : root.children()) {
                if (!known.contains(child.name())) {
                    throw S3Error.NOT_IMPLEMENTED.exception();
                }
            }
        }
    }

    private static BucketClass parseClass(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "cache" -> BucketClass.CACHE;
            case "durable" -> BucketClass.DURABLE;
            default -> throw S3Exception.invalidArgument(CLASS_HEADER, text,
                    CLASS_HEADER + " must be cache or durable");
        };
    }

    private static String text(BucketClass bucketClass) {
        return bucketClass.name().toLowerCase(Locale.ROOT);
    }
}

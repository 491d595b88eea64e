package dev.varve.door.s3;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Finds a request's operation: by what it is about, its method, and its subresource (a query
/// parameter such as `?uploads`).
///
/// A subresource that is known to S3 and has no entry is answered with NotImplemented, so that `PUT
/// /bucket?policy` never becomes `PUT /bucket`.
///
/// Immutable.
final class Router {
    private static final Set<String> BUCKET_SUBRESOURCES = Set.of("abac", "accelerate", "acl",
            "analytics", "cors", "delete", "encryption", "intelligent-tiering", "inventory",
            "lifecycle", "list-type", "location", "logging", "metadataConfiguration",
            "metadataInventoryTable", "metadataJournalTable", "metadataTable", "metrics",
            "notification", "object-lock", "ownershipControls", "policy", "policyStatus",
            "publicAccessBlock", "replication", "requestPayment", "session", "tagging", "uploads",
            "versioning", "versions", "website");
    private static final Set<String> OBJECT_SUBRESOURCES = Set.of("acl", "annotation", "append",
            "attributes", "encryption", "legal-hold", "renameObject", "restore", "retention",
            "select", "tagging", "torrent", "uploadId", "uploads");
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "PUT", "POST", "DELETE");

    /// Marks a PUT whose content is another object's.
    private static final String COPY = "+copy";

    private final Map<Key, Route> routes = new HashMap<>();

    /// What a request is about.
    enum Scope {
        SERVICE,
        BUCKET,
        OBJECT
    }

    /// Carries out a request.
    @FunctionalInterface
    interface Operation {
        /// @throws S3Exception where that is the answer
        Response run(S3Request request);
    }

    /// @param name as S3 calls it
    record Route(String name, Operation operation) {}

    private record Key(Scope scope, String method, String subresource) {}

    Router(Families families) {
        var reads = families.reads();
        var writes = families.writes();
        var parts = families.multipart();
        service("GET", "", "ListBuckets", families.buckets()::list);

        bucket("GET", "", "ListObjects", families.listing()::v1);
        bucket("GET", "list-type", "ListObjectsV2", families.listing()::v2);
        bucket("GET", "versions", "ListObjectVersions", families.listing()::versions);
        bucket("GET", "uploads", "ListMultipartUploads", families.multipartListing()::uploads);
        bucket("GET", "location", "GetBucketLocation", families.buckets()::location);
        bucket("HEAD", "", "HeadBucket", families.buckets()::head);
        bucket("PUT", "", "CreateBucket", families.buckets()::create);
        bucket("DELETE", "", "DeleteBucket", families.buckets()::delete);
        bucket("POST", "delete", "DeleteObjects", families.deletes()::delete);

        object("GET", "", "GetObject", reads::get);
        object("HEAD", "", "HeadObject", reads::head);
        object("PUT", "", "PutObject", writes::put);
        object("PUT", COPY, "CopyObject", families.copies()::copy);
        object("DELETE", "", "DeleteObject", writes::delete);
        object("POST", "uploads", "CreateMultipartUpload", parts::create);
        object("PUT", "uploadId", "UploadPart", parts::uploadPart);
        object("PUT", "uploadId" + COPY, "UploadPartCopy", parts::copyPart);
        object("POST", "uploadId", "CompleteMultipartUpload", families.completion()::complete);
        object("DELETE", "uploadId", "AbortMultipartUpload", parts::abort);
        object("GET", "uploadId", "ListParts", families.multipartListing()::parts);
        fixed(families.fixed());
    }

    /// The classes that carry out operations, one for each family of them.
    record Families(
            BucketOperations buckets,
            Listing listing,
            ObjectReads reads,
            ObjectWrites writes,
            ObjectCopies copies,
            ObjectDeletes deletes,
            MultipartUploads multipart,
            MultipartCompletion completion,
            MultipartListing multipartListing,
            FixedAnswers fixed) {}

    /// @throws S3Exception where there is no such operation
    Route route(String method, RequestTarget target, HttpHeaders headers) {
        var scope = target.bucket().isEmpty()
                ? Scope.SERVICE
                : target.key().isEmpty() ? Scope.BUCKET : Scope.OBJECT;
        var known = switch (scope) {
            case SERVICE -> Set.<String>of();
            case BUCKET -> BUCKET_SUBRESOURCES;
            case OBJECT -> OBJECT_SUBRESOURCES;
        };
        var named = target.query().names().stream().filter(known::contains).distinct().toList();
        if (named.size() > 1) {
            throw S3Exception.invalidArgument("ResourceType", named.getFirst(),
                    "Conflicting query string parameters: " + String.join(", ", named));
        }
        boolean copy = method.equals("PUT") && headers.contains("x-amz-copy-source");
        var subresource = String.join("", named) + (copy ? COPY : "");
        var route = routes.get(new Key(scope, method, subresource));
        if (route != null) {
            return route;
        }
        if (!METHODS.contains(method) || (subresource.isEmpty() && scope != Scope.BUCKET)) {
            throw S3Error.METHOD_NOT_ALLOWED.exception()
                    .detail("Method", method)
                    .detail("ResourceType", scope.name());
        }
        throw S3Error.NOT_IMPLEMENTED.exception();
    }

    private void fixed(FixedAnswers fixed) {
        bucket("GET", "versioning", "GetBucketVersioning",
                fixed.emptyDocument("VersioningConfiguration"));
        bucket("GET", "logging", "GetBucketLogging", fixed.emptyDocument("BucketLoggingStatus"));
        bucket("GET", "accelerate", "GetBucketAccelerateConfiguration",
                fixed.emptyDocument("AccelerateConfiguration"));
        bucket("GET", "notification", "GetBucketNotificationConfiguration",
                fixed.emptyDocument("NotificationConfiguration"));
        bucket("GET", "requestPayment", "GetBucketRequestPayment", fixed::requestPayment);
        bucket("GET", "acl", "GetBucketAcl", fixed::bucketAcl);
        object("GET", "acl", "GetObjectAcl", fixed::objectAcl);
        bucket("PUT", "acl", "PutBucketAcl", fixed::putBucketAcl);
        object("PUT", "acl", "PutObjectAcl", fixed::putObjectAcl);
        object("GET", "tagging", "GetObjectTagging", fixed::objectTags);
        object("GET", "retention", "GetObjectRetention",
                fixed.objectError(S3Error.NO_SUCH_OBJECT_LOCK_CONFIGURATION));
        object("GET", "legal-hold", "GetObjectLegalHold",
                fixed.objectError(S3Error.NO_SUCH_OBJECT_LOCK_CONFIGURATION));
        Map.of("policy", S3Error.NO_SUCH_BUCKET_POLICY,
                "policyStatus", S3Error.NO_SUCH_BUCKET_POLICY,
                "tagging", S3Error.NO_SUCH_TAG_SET,
                "cors", S3Error.NO_SUCH_CORS_CONFIGURATION,
                "lifecycle", S3Error.NO_SUCH_LIFECYCLE_CONFIGURATION,
                "website", S3Error.NO_SUCH_WEBSITE_CONFIGURATION,
                "encryption", S3Error.SERVER_SIDE_ENCRYPTION_CONFIGURATION_NOT_FOUND,
                "replication", S3Error.REPLICATION_CONFIGURATION_NOT_FOUND,
                "object-lock", S3Error.OBJECT_LOCK_CONFIGURATION_NOT_FOUND,
                "publicAccessBlock", S3Error.NO_SUCH_PUBLIC_ACCESS_BLOCK_CONFIGURATION)
                .forEach((name, error) -> bucket("GET", name, "GetBucketConfiguration",
                        fixed.bucketError(error)));
        bucket("GET", "ownershipControls", "GetBucketOwnershipControls",
                fixed.bucketError(S3Error.OWNERSHIP_CONTROLS_NOT_FOUND));
    }

    private void service(String method, String subresource, String name, Operation operation) {
        routes.put(new Key(Scope.SERVICE, method, subresource), new Route(name, operation));
    }

    private void bucket(String method, String subresource, String name, Operation operation) {
        routes.put(new Key(Scope.BUCKET, method, subresource), new Route(name, operation));
    }

    private void object(String method, String subresource, String name, Operation operation) {
        routes.put(new Key(Scope.OBJECT, method, subresource), new Route(name, operation));
    }
}

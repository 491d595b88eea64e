package dev.varve.door.s3;

/// Answers about what a bucket or object could have in S3 and never has here: what S3 says where it
/// was not configured. Setting any of it is refused by the [Router].
///
/// Thread-safe: it has no state.
final class FixedAnswers {
    private static final String CANONICAL_USER = "xsi:type=\"CanonicalUser\""
            + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

    private final Buckets buckets;

    FixedAnswers(Buckets buckets) {
        this.buckets = buckets;
    }

    /// An error, if the bucket exists.
    Router.Operation bucketError(S3Error error) {
        return request -> {
            buckets.of(request);
            throw error.exception().detail("BucketName", request.bucket());
        };
    }

    /// A document without content, if the bucket exists.
    Router.Operation emptyDocument(String root) {
        return request -> {
            buckets.of(request);
            return Response.xml(200, XmlWriter.document(root));
        };
    }

    Response requestPayment(S3Request request) {
        buckets.of(request);
        return Response.xml(200, XmlWriter.document("RequestPaymentConfiguration")
                .text("Payer", "BucketOwner"));
    }

    Response bucketAcl(S3Request request) {
        buckets.of(request);
        return ownerHasFullControl();
    }

    Response objectAcl(S3Request request) {
        requireObject(request);
        return ownerHasFullControl();
    }

    /// Grants what is granted already; anything else would have to be kept.
    Response putBucketAcl(S3Request request) {
        buckets.of(request);
        requirePrivate(request);
        return Response.empty(200);
    }

    /// As [#putBucketAcl].
    Response putObjectAcl(S3Request request) {
        requireObject(request);
        requirePrivate(request);
        return Response.empty(200);
    }

    Response objectTags(S3Request request) {
        requireObject(request);
        return Response.xml(200, XmlWriter.document("Tagging").begin("TagSet"));
    }

    /// An error, if the object exists.
    Router.Operation objectError(S3Error error) {
        return request -> {
            requireObject(request);
            throw error.exception();
        };
    }

    private void requireObject(S3Request request) {
        var bucket = buckets.of(request);
        Versions.requireNull(request);
        if (bucket.head(request.key()).isEmpty()) {
            throw ObjectReads.noSuchKey(request);
        }
    }

    private static void requirePrivate(S3Request request) {
        ObjectHeaders.requireSupported(request);
        if (request.header("x-amz-acl").isEmpty()) {
            throw S3Error.NOT_IMPLEMENTED.exception();
        }
    }

    private static Response ownerHasFullControl() {
        var xml = XmlWriter.document("AccessControlPolicy");
        Owner.write(xml, "Owner");
        xml.begin("AccessControlList")
                .begin("Grant")
                .begin("Grantee", CANONICAL_USER)
                .text("ID", Owner.ID)
                .text("DisplayName", Owner.ID)
                .end()
                .text("Permission", "FULL_CONTROL")
                .end()
                .end();
        return Response.xml(200, xml);
    }
}

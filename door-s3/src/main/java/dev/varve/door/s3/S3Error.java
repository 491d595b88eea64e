package dev.varve.door.s3;

/// The errors that this door answers with: code, HTTP status and default message, as Amazon S3 words
/// them. The one code of our own is [#STORAGE_FULL].
enum S3Error {
    ACCESS_CONTROL_LIST_NOT_SUPPORTED(
            "AccessControlListNotSupported", 400, "The bucket does not allow ACLs"),
    ACCESS_DENIED("AccessDenied", 403, "Access Denied"),
    ACCESS_FORBIDDEN(
            "AccessForbidden", 403, "CORSResponse: CORS is not enabled for this bucket."),
    AUTHORIZATION_HEADER_MALFORMED(
            "AuthorizationHeaderMalformed", 400,
            "The authorization header that you provided is not valid."),
    AUTHORIZATION_QUERY_PARAMETERS_ERROR(
            "AuthorizationQueryParametersError", 400,
            "The authorization query parameters that you provided are not valid."),
    BAD_DIGEST(
            "BadDigest", 400,
            "The Content-MD5 or checksum value that you specified did not match what the server"
                    + " received."),
    BAD_REQUEST("BadRequest", 400, "Bad Request"),
    BUCKET_ALREADY_EXISTS(
            "BucketAlreadyExists", 409,
            "The requested bucket name is not available. Please select a different name and try"
                    + " again."),
    BUCKET_ALREADY_OWNED_BY_YOU(
            "BucketAlreadyOwnedByYou", 409,
            "The bucket that you tried to create already exists, and you own it."),
    BUCKET_NOT_EMPTY(
            "BucketNotEmpty", 409, "The bucket that you tried to delete is not empty."),
    ENTITY_TOO_LARGE(
            "EntityTooLarge", 400,
            "Your proposed upload exceeds the maximum allowed object size."),
    ENTITY_TOO_SMALL(
            "EntityTooSmall", 400,
            "Your proposed upload is smaller than the minimum allowed object size."),
    EXPECTATION_FAILED("ExpectationFailed", 417, "The expectation must be 100-continue."),
    INCOMPLETE_BODY(
            "IncompleteBody", 400,
            "You did not provide the number of bytes specified by the Content-Length HTTP header."),
    INTERNAL_ERROR(
            "InternalError", 500, "We encountered an internal error. Please try again."),
    INVALID_ACCESS_KEY_ID(
            "InvalidAccessKeyId", 403,
            "The AWS access key ID that you provided does not exist in our records."),
    INVALID_ARGUMENT("InvalidArgument", 400, "Invalid Argument"),
    INVALID_BUCKET_NAME("InvalidBucketName", 400, "The specified bucket is not valid."),
    INVALID_DIGEST(
            "InvalidDigest", 400,
            "The Content-MD5 or checksum value that you specified is not valid."),
    INVALID_LOCATION_CONSTRAINT(
            "InvalidLocationConstraint", 400,
            "The specified location (Region) constraint is not valid."),
    INVALID_PART(
            "InvalidPart", 400,
            "One or more of the specified parts could not be found. The part might not have been"
                    + " uploaded, or the specified entity tag might not have matched the part's entity"
                    + " tag."),
    INVALID_PART_NUMBER(
            "InvalidPartNumber", 416, "The requested partnumber is not satisfiable"),
    INVALID_PART_ORDER(
            "InvalidPartOrder", 400,
            "The list of parts was not in ascending order. Parts must be ordered by part number."),
    INVALID_RANGE("InvalidRange", 416, "The requested range is not satisfiable"),
    INVALID_REQUEST("InvalidRequest", 400, "Invalid Request"),
    INVALID_STORAGE_CLASS(
            "InvalidStorageClass", 400, "The storage class that you specified is not valid."),
    INVALID_URI("InvalidURI", 400, "Couldn't parse the specified URI."),
    KEY_TOO_LONG("KeyTooLongError", 400, "Your key is too long."),
    MALFORMED_XML(
            "MalformedXML", 400,
            "The XML you provided was not well-formed or did not validate against our published"
                    + " schema"),
    MALFORMED_TRAILER(
            "MalformedTrailerError", 400,
            "The request contained trailing data that was not well-formed or did not conform to our"
                    + " published schema."),
    MAX_MESSAGE_LENGTH_EXCEEDED(
            "MaxMessageLengthExceeded", 400, "Your request was too large."),
    METADATA_TOO_LARGE(
            "MetadataTooLarge", 400,
            "Your metadata headers exceed the maximum allowed metadata size."),
    METHOD_NOT_ALLOWED(
            "MethodNotAllowed", 405,
            "The specified method is not allowed against this resource."),
    MISSING_CONTENT_LENGTH(
            "MissingContentLength", 411, "You must provide the Content-Length HTTP header."),
    NO_SUCH_BUCKET("NoSuchBucket", 404, "The specified bucket does not exist"),
    NO_SUCH_BUCKET_POLICY("NoSuchBucketPolicy", 404, "The bucket policy does not exist"),
    NO_SUCH_CORS_CONFIGURATION(
            "NoSuchCORSConfiguration", 404, "The CORS configuration does not exist"),
    NO_SUCH_KEY("NoSuchKey", 404, "The specified key does not exist."),
    NO_SUCH_LIFECYCLE_CONFIGURATION(
            "NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist"),
    NO_SUCH_OBJECT_LOCK_CONFIGURATION(
            "NoSuchObjectLockConfiguration", 404,
            "The specified object does not have a ObjectLock configuration"),
    NO_SUCH_PUBLIC_ACCESS_BLOCK_CONFIGURATION(
            "NoSuchPublicAccessBlockConfiguration", 404,
            "The public access block configuration was not found"),
    NO_SUCH_TAG_SET("NoSuchTagSet", 404, "The TagSet does not exist"),
    NO_SUCH_UPLOAD(
            "NoSuchUpload", 404,
            "The specified multipart upload does not exist. The upload ID might be invalid, or the"
                    + " multipart upload might have been aborted or completed."),
    NO_SUCH_VERSION("NoSuchVersion", 404, "The specified version does not exist."),
    NO_SUCH_WEBSITE_CONFIGURATION(
            "NoSuchWebsiteConfiguration", 404,
            "The specified bucket does not have a website configuration"),
    NOT_IMPLEMENTED(
            "NotImplemented", 501,
            "A header or query you provided implies functionality that is not implemented."),
    NOT_MODIFIED("NotModified", 304, "Not Modified"),
    OBJECT_LOCK_CONFIGURATION_NOT_FOUND(
            "ObjectLockConfigurationNotFoundError", 404,
            "Object Lock configuration does not exist for this bucket"),
    OPERATION_ABORTED(
            "OperationAborted", 409,
            "A conflicting conditional operation is currently in progress against this resource. Try"
                    + " again."),
    OWNERSHIP_CONTROLS_NOT_FOUND(
            "OwnershipControlsNotFoundError", 404,
            "The bucket ownership controls were not found"),
    PRECONDITION_FAILED(
            "PreconditionFailed", 412,
            "At least one of the pre-conditions you specified did not hold"),
    REPLICATION_CONFIGURATION_NOT_FOUND(
            "ReplicationConfigurationNotFoundError", 404,
            "The replication configuration was not found"),
    REQUEST_HEADER_TOO_LARGE(
            "RequestHeaderSectionTooLarge", 400,
            "Your request header section exceeds the maximum allowed size."),
    REQUEST_TIME_TOO_SKEWED(
            "RequestTimeTooSkewed", 403,
            "The difference between the request time and the server's time is too large."),
    REQUEST_TIMEOUT(
            "RequestTimeout", 400,
            "Your socket connection to the server was not read from or written to within the timeout"
                    + " period."),
    SERVER_SIDE_ENCRYPTION_CONFIGURATION_NOT_FOUND(
            "ServerSideEncryptionConfigurationNotFoundError", 404,
            "The server side encryption configuration was not found"),
    SERVICE_UNAVAILABLE("ServiceUnavailable", 503, "Service is unable to handle request."),
    SIGNATURE_DOES_NOT_MATCH(
            "SignatureDoesNotMatch", 403,
            "The request signature we calculated does not match the signature you provided. Check"
                    + " your key and signing method."),
    SLOW_DOWN("SlowDown", 503, "Please reduce your request rate."),
    STORAGE_FULL(
            "XVarveStorageFull", 507,
            "The store has no room left within its configured budget. Delete objects or raise the"
                    + " budget."),
    X_AMZ_CONTENT_SHA256_MISMATCH(
            "XAmzContentSHA256Mismatch", 400,
            "The provided 'x-amz-content-sha256' header does not match what was computed.");

    private final String code;
    private final int status;
    private final String message;

    S3Error(String code, int status, String message) {
        this.code = code;
        this.status = status;
        this.message = message;
    }

    String code() {
        return code;
    }

    int status() {
        return status;
    }

    String message() {
        return message;
    }

    S3Exception exception() {
        return new S3Exception(this, message);
    }

    /// @param message what to say instead of the default
    S3Exception exception(String message) {
        return new S3Exception(this, message);
    }
}

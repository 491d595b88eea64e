package dev.varve.door.s3;

/// The errors that this door answers with: code, HTTP status and default message, as Amazon S3
/// words them. The one code of our own is [#STORAGE_FULL].
///
/// Immutable.
final class S3Error {
    static final S3Error ACCESS_CONTROL_LIST_NOT_SUPPORTED = new S3Error(400,
            "AccessControlListNotSupported",
            "The bucket does not allow ACLs");
    static final S3Error ACCESS_DENIED = new S3Error(403, "AccessDenied", "Access Denied");
    static final S3Error ACCESS_FORBIDDEN = new S3Error(403, "AccessForbidden",
            "CORSResponse: CORS is not enabled for this bucket.");
    static final S3Error AUTHORIZATION_HEADER_MALFORMED = new S3Error(400,
            "AuthorizationHeaderMalformed",
            "The authorization header that you provided is not valid.");
    static final S3Error AUTHORIZATION_QUERY_PARAMETERS_ERROR = new S3Error(400,
            "AuthorizationQueryParametersError",
            "The authorization query parameters that you provided are not valid.");
    static final S3Error BAD_DIGEST = new S3Error(400, "BadDigest",
            "The Content-MD5 or checksum value that you specified did not match what"
                    + " the server received.");
    static final S3Error BAD_REQUEST = new S3Error(400, "BadRequest", "Bad Request");
    static final S3Error BUCKET_ALREADY_OWNED_BY_YOU = new S3Error(409, "BucketAlreadyOwnedByYou",
            "The bucket that you tried to create already exists, and you own it.");
    static final S3Error BUCKET_NOT_EMPTY = new S3Error(409, "BucketNotEmpty",
            "The bucket that you tried to delete is not empty.");
    static final S3Error ENTITY_TOO_LARGE = new S3Error(400, "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed object size.");
    static final S3Error ENTITY_TOO_SMALL = new S3Error(400, "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed object size.");
    static final S3Error INCOMPLETE_BODY = new S3Error(400, "IncompleteBody",
            "You did not provide the number of bytes specified by the Content-Length"
                    + " HTTP header.");
    static final S3Error INTERNAL_ERROR = new S3Error(500, "InternalError",
            "We encountered an internal error. Please try again.");
    static final S3Error INVALID_ACCESS_KEY_ID = new S3Error(403, "InvalidAccessKeyId",
            "The AWS access key ID that you provided does not exist in our records.");
    static final S3Error INVALID_ARGUMENT = new S3Error(400, "InvalidArgument", "Invalid Argument");
    static final S3Error INVALID_BUCKET_NAME = new S3Error(400, "InvalidBucketName",
            "The specified bucket is not valid.");
    static final S3Error INVALID_DIGEST = new S3Error(400, "InvalidDigest",
            "The Content-MD5 or checksum value that you specified is not valid.");
    static final S3Error INVALID_PART = new S3Error(400, "InvalidPart",
            "One or more of the specified parts could not be found. The part might not"
                    + " have been uploaded, or the specified entity tag might not have matched"
                    + " the part's entity tag.");
    static final S3Error INVALID_PART_NUMBER = new S3Error(416, "InvalidPartNumber",
            "The requested partnumber is not satisfiable");
    static final S3Error INVALID_PART_ORDER = new S3Error(400, "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by"
                    + " part number.");
    static final S3Error INVALID_RANGE = new S3Error(416, "InvalidRange",
            "The requested range is not satisfiable");
    static final S3Error INVALID_REQUEST = new S3Error(400, "InvalidRequest", "Invalid Request");
    static final S3Error INVALID_STORAGE_CLASS = new S3Error(400, "InvalidStorageClass",
            "The storage class that you specified is not valid.");
    static final S3Error INVALID_URI = new S3Error(400, "InvalidURI",
            "Couldn't parse the specified URI.");
    static final S3Error KEY_TOO_LONG = new S3Error(400, "KeyTooLongError",
            "Your key is too long.");
    static final S3Error MALFORMED_XML = new S3Error(400, "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our"
                    + " published schema");
    static final S3Error MALFORMED_TRAILER = new S3Error(400, "MalformedTrailerError",
            "The request contained trailing data that was not well-formed or did not"
                    + " conform to our published schema.");
    static final S3Error MAX_MESSAGE_LENGTH_EXCEEDED = new S3Error(400, "MaxMessageLengthExceeded",
            "Your request was too large.");
    static final S3Error METADATA_TOO_LARGE = new S3Error(400, "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size.");
    static final S3Error METHOD_NOT_ALLOWED = new S3Error(405, "MethodNotAllowed",
            "The specified method is not allowed against this resource.");
    static final S3Error MISSING_CONTENT_LENGTH = new S3Error(411, "MissingContentLength",
            "You must provide the Content-Length HTTP header.");
    static final S3Error NO_SUCH_BUCKET = new S3Error(404, "NoSuchBucket",
            "The specified bucket does not exist");
    static final S3Error NO_SUCH_BUCKET_POLICY = new S3Error(404, "NoSuchBucketPolicy",
            "The bucket policy does not exist");
    static final S3Error NO_SUCH_CORS_CONFIGURATION = new S3Error(404, "NoSuchCORSConfiguration",
            "The CORS configuration does not exist");
    static final S3Error NO_SUCH_KEY = new S3Error(404, "NoSuchKey",
            "The specified key does not exist.");
    static final S3Error NO_SUCH_LIFECYCLE_CONFIGURATION = new S3Error(404,
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist");
    static final S3Error NO_SUCH_OBJECT_LOCK_CONFIGURATION = new S3Error(404,
            "NoSuchObjectLockConfiguration",
            "The specified object does not have a ObjectLock configuration");
    static final S3Error NO_SUCH_PUBLIC_ACCESS_BLOCK_CONFIGURATION = new S3Error(404,
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found");
    static final S3Error NO_SUCH_TAG_SET = new S3Error(404, "NoSuchTagSet",
            "The TagSet does not exist");
    static final S3Error NO_SUCH_UPLOAD = new S3Error(404, "NoSuchUpload",
            "The specified multipart upload does not exist. The upload ID might be"
                    + " invalid, or the multipart upload might have been aborted or completed.");
    static final S3Error NO_SUCH_VERSION = new S3Error(404, "NoSuchVersion",
            "The specified version does not exist.");
    static final S3Error NO_SUCH_WEBSITE_CONFIGURATION = new S3Error(404,
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration");
    static final S3Error NOT_IMPLEMENTED = new S3Error(501, "NotImplemented",
            "A header or query you provided implies functionality that is not"
                    + " implemented.");
    static final S3Error NOT_MODIFIED = new S3Error(304, "NotModified", "Not Modified");
    static final S3Error OBJECT_LOCK_CONFIGURATION_NOT_FOUND = new S3Error(404,
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket");
    static final S3Error OPERATION_ABORTED = new S3Error(409, "OperationAborted",
            "A conflicting conditional operation is currently in progress against this"
                    + " resource. Try again.");
    static final S3Error OWNERSHIP_CONTROLS_NOT_FOUND = new S3Error(404,
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found");
    static final S3Error PRECONDITION_FAILED = new S3Error(412, "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold");
    static final S3Error REPLICATION_CONFIGURATION_NOT_FOUND = new S3Error(404,
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found");
    static final S3Error REQUEST_HEADER_TOO_LARGE = new S3Error(400, "RequestHeaderSectionTooLarge",
            "Your request header section exceeds the maximum allowed size.");
    static final S3Error REQUEST_TIME_TOO_SKEWED = new S3Error(403, "RequestTimeTooSkewed",
            "The difference between the request time and the server's time is too"
                    + " large.");
    static final S3Error REQUEST_TIMEOUT = new S3Error(400, "RequestTimeout",
            "Your socket connection to the server was not read from or written to"
                    + " within the timeout period.");
    static final S3Error SERVER_SIDE_ENCRYPTION_CONFIGURATION_NOT_FOUND = new S3Error(404,
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found");
    static final S3Error SERVICE_UNAVAILABLE = new S3Error(503, "ServiceUnavailable",
            "Service is unable to handle request.");
    static final S3Error SIGNATURE_DOES_NOT_MATCH = new S3Error(403, "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you"
                    + " provided. Check your key and signing method.");
    static final S3Error SLOW_DOWN = new S3Error(503, "SlowDown",
            "Please reduce your request rate.");
    static final S3Error STORAGE_FULL = new S3Error(507, "XVarveStorageFull",
            "The store has no room left within its configured budget. Delete objects or"
                    + " raise the budget.");
    static final S3Error X_AMZ_CONTENT_SHA256_MISMATCH = new S3Error(400,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was"
                    + " computed.");

    private final int status;
    private final String code;
    private final String message;

    private S3Error(int status, String code, String message) {
        this.status = status;
        this.code = code;
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

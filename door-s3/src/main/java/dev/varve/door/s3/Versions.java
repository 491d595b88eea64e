package dev.varve.door.s3;

/// Objects are not versioned: each has the one version `null`, as in a bucket of S3 that never had
/// versioning switched on.
///
/// Immutable.
final class Versions {
    static final String NULL = "null";

    private static final String PARAMETER = "versionId";

    private Versions() {}

    /// @throws S3Exception where the request names another version
    static void requireNull(S3Request request) {
        requireNull(request.target());
    }

    /// @throws S3Exception where the target names another version
    static void requireNull(RequestTarget target) {
        var version = target.query().text(PARAMETER).orElse(NULL);
        if (version.isEmpty()) {
            throw S3Exception.invalidArgument(PARAMETER, version,
                    "Version id cannot be the empty string");
        }
        if (!version.equals(NULL)) {
            throw S3Exception.invalidArgument(PARAMETER, version, "Invalid version id specified");
        }
    }
}

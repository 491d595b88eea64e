package dev.varve.door.s3;

import java.util.regex.Pattern;

/// The rules for names of buckets that are created through this door, those of S3.
///
/// Immutable.
final class BucketName {
    private static final Pattern SHAPE = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");

    private BucketName() {}

    static boolean isValid(String name) {
        return SHAPE.matcher(name).matches()
                && !name.contains("..")
                && !name.contains(".-")
                && !name.contains("-.")
                && !name.startsWith("xn--")
                && !name.startsWith("sthree-")
                && !name.startsWith("amzn-s3-demo-")
                && !name.endsWith("-s3alias")
                && !name.endsWith("--ol-s3")
                && !name.endsWith("--x-s3")
                && !name.endsWith(".mrap")
                && !ADDRESS.matcher(name).matches();
    }

    /// Whether doors do not show buckets of this name.
    static boolean isHidden(String name) {
        return name.startsWith(".");
    }

    /// @throws S3Exception InvalidBucketName
    static void requireValid(String name) {
        if (!isValid(name)) {
            throw S3Error.INVALID_BUCKET_NAME.exception().detail("BucketName", name);
        }
    }
}

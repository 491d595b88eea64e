package dev.varve.door.s3;

import dev.varve.engine.ObjectInfo;
import java.util.Optional;

/// The conditional headers of a read (RFC 9110, section 13), and of the source of a copy.
///
/// Immutable.
///
/// @param ifMatch           a list of ETags
/// @param ifNoneMatch       a list of ETags
/// @param ifModifiedSince   seconds since the epoch
/// @param ifUnmodifiedSince seconds since the epoch
record ReadConditions(
        Optional<String> ifMatch,
        Optional<String> ifNoneMatch,
        Optional<Long> ifModifiedSince,
        Optional<Long> ifUnmodifiedSince) {

    /// What the conditions say of an object.
    enum Verdict {
        HOLDS,
        FAILED,
        NOT_MODIFIED
    }

    static ReadConditions of(S3Request request) {
        return named(request, "");
    }

    static ReadConditions ofCopySource(S3Request request) {
        return named(request, "x-amz-copy-source-");
    }

    private static ReadConditions named(S3Request request, String prefix) {
        return new ReadConditions(
                request.header(prefix + "if-match"),
                request.header(prefix + "if-none-match"),
                request.header(prefix + "if-modified-since").flatMap(Dates::parseHttp),
                request.header(prefix + "if-unmodified-since").flatMap(Dates::parseHttp));
    }

    Verdict check(ObjectInfo object) {
        var etag = ETag.of(object);
        long modified = object.createdMillis() / 1000;
        if (ifMatch.isPresent()) {
            if (!ETag.matches(ifMatch.get(), etag)) {
                return Verdict.FAILED;
            }
        } else if (ifUnmodifiedSince.isPresent() && modified > ifUnmodifiedSince.get()) {
            return Verdict.FAILED;
        }
        if (ifNoneMatch.isPresent()) {
            if (ETag.matches(ifNoneMatch.get(), etag)) {
                return Verdict.NOT_MODIFIED;
            }
        } else if (ifModifiedSince.isPresent() && modified <= ifModifiedSince.get()) {
            return Verdict.NOT_MODIFIED;
        }
        return Verdict.HOLDS;
    }
}

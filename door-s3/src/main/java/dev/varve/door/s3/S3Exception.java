package dev.varve.door.s3;

import java.util.LinkedHashMap;
import java.util.Map;

/// An answer that ends a request early: an [S3Error] with its message, further XML elements, and
/// headers. Carries no stack trace, for it is no fault of ours.
///
/// Confined to its thread.
final class S3Exception extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient S3Error error;
    private final transient Map<String, String> details = new LinkedHashMap<>();
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    S3Exception(S3Error error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    /// The error for a bad argument, which clients show with its name and value.
    static S3Exception invalidArgument(String name, String value, String message) {
        return S3Error.INVALID_ARGUMENT.exception(message)
                .detail("ArgumentName", name)
                .detail("ArgumentValue", value);
    }

    S3Error error() {
        return error;
    }

    String text() {
        return String.valueOf(getMessage());
    }

    /// Adds an element to the error's XML.
    ///
    /// @return this exception
    S3Exception detail(String element, String value) {
        details.put(element, value);
        return this;
    }

    /// Adds a header to the answer.
    ///
    /// @return this exception
    S3Exception header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    Map<String, String> details() {
        return details;
    }

    Map<String, String> headers() {
        return headers;
    }
}

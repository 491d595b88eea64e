package dev.varve.door.s3;

import java.util.List;

/// The S3 door in figures, all since it was opened.
///
/// Immutable.
///
/// @param connectionsOpened all connections that were accepted
/// @param connectionsOpen   those of them that are open now
/// @param bytesIn           content of requests, framing included
/// @param bytesOut          content of answers
/// @param operations        each operation that was asked for at least once, by name
public record S3Counters(
        long connectionsOpened,
        long connectionsOpen,
        long bytesIn,
        long bytesOut,
        List<Operation> operations) {

    public S3Counters {
        operations = List.copyOf(operations);
    }

    /// One operation. `Rejected` is the name of what did not get as far as being an operation.
    ///
    /// @param name         as S3 calls it
    /// @param requests     how many were answered
    /// @param clientErrors those answered with 4xx
    /// @param serverErrors those answered with 5xx, and those whose answer broke off
    /// @param nanos        time from the request's headers to the end of its answer, all together
    /// @param histogram    how many took less than 2^i microseconds and not less than the one
    ///                     before
    public record Operation(
            String name,
            long requests,
            long clientErrors,
            long serverErrors,
            long nanos,
            List<Long> histogram) {
        public Operation {
            histogram = List.copyOf(histogram);
        }
    }
}

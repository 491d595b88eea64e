package dev.varve.door.s3;

/// The client is gone, so nobody needs an answer.
///
/// Immutable.
final class ConnectionClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConnectionClosedException() {
        super("the connection was closed", null, false, false);
    }
}

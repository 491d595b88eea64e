package dev.varve.client.local;

/// The server could not be reached, or refused what it was asked for.
public final class LocalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LocalException(String message) {
        super(message);
    }
}

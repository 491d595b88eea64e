package dev.varve.server;

import java.util.ArrayDeque;
import java.util.Deque;

/// What has been opened so far, to be closed in the reverse order.
///
/// Thread-safe: by its monitor.
final class Opened implements AutoCloseable {
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /// @param part closed by [#close]
    synchronized <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    /// Closes all that is open, also where closing a part fails; the first failure is thrown at the
    /// end. Closing again does nothing.
    @Override
    public synchronized void close() {
        RuntimeException failure = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = e instanceof RuntimeException known
                            ? known
                            : new IllegalStateException(e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /// Closes all because of a failure, which keeps what closing adds to it.
    void closeAfter(RuntimeException failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}

package dev.varve.engine;

import dev.varve.env.SharedFlush;
import dev.varve.env.StorageException;
import org.jspecify.annotations.Nullable;

/// Makes a log durable for many callers with few flushes, and with none where nothing was written.
///
/// A failed flush is final: the operating system may have dropped the pages that it could not
/// write, and a second flush that succeeds would prove nothing about them. From then on every call
/// fails as the first did, until the log is opened anew.
///
/// Thread-safe: by [SharedFlush], one flush at a time.
final class GroupSync {

    /// The log.
    interface Log {
        /// The number of the last change written to the log; grows.
        long written();

        /// Makes durable what was written before the call.
        ///
        /// @param durable the last change that will be durable when this returns
        void flush(long durable);
    }

    private final Log log;
    private final SharedFlush shared = new SharedFlush(this::flush);
    private volatile long durable;
    private volatile @Nullable StorageException failure;

    /// @param durable the last change that is known to be durable
    GroupSync(Log log, long durable) {
        this.log = log;
        this.durable = durable;
    }

    /// Returns when all changes are durable that were written before this call.
    void sync() {
        checkUsable();
        if (log.written() > durable) {
            shared.flush();
        }
    }

    /// @throws StorageException of the first failure's kind, if there was one
    void checkUsable() {
        var first = failure;
        if (first != null) {
            throw new StorageException(first.kind(), "an earlier flush failed, so nothing can be"
                    + " made durable until the store is opened anew: " + first.getMessage(), first);
        }
    }

    private void flush() {
        checkUsable();
        long reached = log.written();
        if (reached <= durable) {
            return;
        }
        try {
            log.flush(reached);
        } catch (StorageException e) {
            failure = e;
            throw e;
        }
        durable = reached;
    }
}

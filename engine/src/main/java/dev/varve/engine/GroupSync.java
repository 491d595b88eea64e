package dev.varve.engine;

import dev.varve.env.StorageException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Makes a log durable for many callers with few flushes: while one caller flushes, the others
/// gather, and the next flush serves them all.
///
/// A failed flush is final: the operating system may have dropped the pages that it could not write,
/// and a second flush that succeeds would prove nothing about them. From then on every call fails
/// as the first did, until the log is opened anew.
///
/// Thread-safe: by a lock, which is not held during a flush.
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
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition flushed = lock.newCondition();
    private boolean flushing;
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
        long wanted = log.written();
        if (wanted <= durable || !takeLead(wanted)) {
            return;
        }
        StorageException failed = null;
        long reached = 0;
        try {
            reached = log.written();
            log.flush(reached);
        } catch (StorageException e) {
            failed = e;
            throw e;
        } finally {
            giveLead(reached, failed);
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

    /// Waits until the wanted change is durable (false) or this caller is the one to flush (true).
    private boolean takeLead(long wanted) {
        lock.lock();
        try {
            while (flushing && durable < wanted) {
                flushed.awaitUninterruptibly();
            }
            checkUsable();
            if (durable >= wanted) {
                return false;
            }
            flushing = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void giveLead(long reached, @Nullable StorageException failed) {
        lock.lock();
        try {
            flushing = false;
            if (failed != null) {
                failure = failed;
            } else {
                durable = Math.max(durable, reached);
            }
            flushed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

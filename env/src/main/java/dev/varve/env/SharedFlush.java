package dev.varve.env;

import dev.varve.env.StorageException.Kind;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Group commit: lets callers at the same time share one flush.
///
/// A call returns after a flush that began after the call began. While one flush runs, later
/// callers gather for the next; the first of them to wake up leads it, so a flush never waits for
/// company.
///
/// Thread-safe: by a lock that is not held while flushing.
public final class SharedFlush {
    private final Runnable flush;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private boolean running;
    private Round gathering = new Round();

    private static final class Round {
        boolean ended;
        @Nullable
        Throwable failure;
    }

    /// @param flush makes durable what was written before it began; never called twice at a time
    public SharedFlush(Runnable flush) {
        this.flush = flush;
    }

    /// Returns when everything that was written before this call is flushed.
    ///
    /// @throws StorageException if the flush that this call took part in failed, for each of its
    ///         callers
    public void flush() {
        Round round;
        boolean leads;
        lock.lock();
        try {
            round = gathering;
            while (!round.ended && running) {
                ended.awaitUninterruptibly();
            }
            leads = !round.ended;
            if (leads) {
                running = true;
                gathering = new Round();
            }
        } finally {
            lock.unlock();
        }
        if (leads) {
            lead(round);
        } else if (round.failure != null) {
            throw copyOf(round.failure);
        }
    }

    private void lead(Round round) {
        Throwable failure = null;
        try {
            flush.run();
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            lock.lock();
            try {
                round.failure = failure;
                round.ended = true;
                running = false;
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Each caller gets an exception of its own, since stack traces belong to threads.
    private static StorageException copyOf(Throwable failure) {
        Kind kind = failure instanceof StorageException known ? known.kind() : Kind.UNAVAILABLE;
        return new StorageException(kind, "a shared flush failed: " + failure.getMessage(),
                failure);
    }
}

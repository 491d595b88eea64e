package dev.varve.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.env.StorageException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What becomes of an operation: a result, a failure, or that it is waited for no longer. The first
/// of them counts.
///
/// Thread-safe: by its lock.
final class Outcome<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition decided = lock.newCondition();

    @GuardedBy("lock")
    private State state = State.OPEN;
    @GuardedBy("lock")
    private @Nullable T result;
    @GuardedBy("lock")
    private @Nullable Throwable failure;

    private enum State {
        OPEN,
        /// It has ended in time, and nobody has heard of it yet.
        ENDING,
        FINISHED,
        FAILED,
        ABANDONED
    }

    /// Says that the operation has ended, so that it can no longer be abandoned.
    ///
    /// @return false if it was, and nobody waits for it any more
    boolean end() {
        return decide(State.OPEN, State.ENDING, null, null);
    }

    void finish(T value) {
        decide(State.ENDING, State.FINISHED, value, null);
    }

    void fail(Throwable cause) {
        decide(State.ENDING, State.FAILED, null, cause);
    }

    /// @return false if it has ended or was abandoned already
    boolean abandon() {
        return decide(State.OPEN, State.ABANDONED, null, null);
    }

    boolean isAbandoned() {
        lock.lock();
        try {
            return state == State.ABANDONED;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the result, whatever interrupts there are.
    ///
    /// @param overdue what is thrown where it was abandoned
    T await(Supplier<StorageException> overdue) {
        lock.lock();
        try {
            while (state == State.OPEN || state == State.ENDING) {
                decided.awaitUninterruptibly();
            }
            var value = result;
            if (state == State.FINISHED && value != null) {
                return value;
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException exception) {
                throw exception;
            }
            throw overdue.get();
        } finally {
            lock.unlock();
        }
    }

    private boolean decide(
            State before,
            State next,
            @Nullable T value,
            @Nullable Throwable cause) {
        lock.lock();
        try {
            if (state != before) {
                return false;
            }
            state = next;
            result = value;
            failure = cause;
            decided.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }
}

package dev.varve.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.engine.Catalog.Cursor;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// A walk that is read a page at a time, each page as one guarded operation.
///
/// Confined to one thread at a time. An operation that was given up may still use the walk below,
/// which is closed by whoever is the last to need it.
final class GuardedCursor<T> implements Cursor<T> {
    private static final int PAGE = 256;

    private final Cursor<T> cursor;
    private final Reading reading;
    private final Deque<T> page = new ArrayDeque<>();
    private Optional<StorageException> failure = Optional.empty();
    private boolean exhausted;
    private final ReentrantLock lock = new ReentrantLock();
    @GuardedBy("lock")
    private boolean busy;
    @GuardedBy("lock")
    private boolean closed;

    /// How a page is read.
    interface Reading {
        /// @param ended is run when `body` has ended, or will never be begun
        <P> P read(Supplier<P> body, Runnable ended);
    }

    /// @param failure what came after the entries, if that was one
    private record Page<T>(
            List<T> entries,
            boolean exhausted,
            Optional<StorageException> failure) {}

    /// @param cursor owned
    GuardedCursor(Cursor<T> cursor, Reading reading) {
        this.cursor = cursor;
        this.reading = reading;
    }

    @Override
    public Optional<T> next() {
        if (page.isEmpty() && failure.isEmpty() && !exhausted) {
            begin();
            var next = reading.read(this::readPage, this::end);
            page.addAll(next.entries);
            exhausted = next.exhausted;
            failure = next.failure;
        }
        if (page.isEmpty() && failure.isPresent()) {
            var thrown = failure.get();
            failure = Optional.empty();
            throw thrown;
        }
        return Optional.ofNullable(page.poll());
    }

    @Override
    public void seek(ObjectKey key) {
        while (page.peek() instanceof StoredObject stored
                && stored.info().key().compareTo(key) < 0) {
            page.remove();
        }
        if (!page.isEmpty() || exhausted) {
            return;
        }
        failure = Optional.empty();
        begin();
        reading.read(() -> {
            cursor.seek(key);
            return true;
        }, this::end);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (!busy) {
                cursor.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private Page<T> readPage() {
        var entries = new ArrayList<T>();
        try {
            while (entries.size() < PAGE) {
                var next = cursor.next();
                if (next.isEmpty()) {
                    return new Page<>(entries, true, Optional.empty());
                }
                entries.add(next.get());
            }
            return new Page<>(entries, false, Optional.empty());
        } catch (StorageException failed) {
            return new Page<>(entries, false, Optional.of(failed));
        }
    }

    private void begin() {
        lock.lock();
        try {
            if (busy) {
                throw new StorageException(Kind.UNAVAILABLE,
                        "an earlier step of this walk was not answered");
            }
            busy = true;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            busy = false;
            if (closed) {
                cursor.close();
            }
        } finally {
            lock.unlock();
        }
    }
}

package dev.varve.door.local;

import dev.varve.engine.Bucket;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.ObjectWriter;
import dev.varve.engine.Precondition;
import dev.varve.env.StorageException;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/// One value on its way into the engine, as it arrives: on the event loop where memory for the
/// whole value is free at once, else on threads that wait for memory. A value that the engine
/// refuses is received to its end all the same, so that the request can be answered.
///
/// Confined to one thread at a time.
final class Intake implements AutoCloseable {
    private final Bucket bucket;
    private final ObjectKey key;
    private final long lengthBytes;
    private long missingBytes;
    private Optional<ObjectWriter> writer = Optional.empty();
    private Optional<StorageException> failure = Optional.empty();
    private boolean waits;

    Intake(Bucket bucket, ObjectKey key, long lengthBytes) {
        this.bucket = bucket;
        this.key = key;
        this.lengthBytes = lengthBytes;
        missingBytes = lengthBytes;
    }

    /// Begins without waiting.
    ///
    /// @return false if that is impossible now; then [#open] has to be called
    boolean tryOpen() {
        writer = bucket.tryWriter(key, lengthBytes);
        return writer.isPresent();
    }

    /// Begins, waiting for memory.
    void open() {
        waits = true;
        guarded(() -> writer = Optional.of(bucket.writer(key, lengthBytes)));
    }

    /// Whether [#take] and [#finish] may wait.
    boolean waits() {
        return waits;
    }

    /// The value's.
    long lengthBytes() {
        return lengthBytes;
    }

    long missingBytes() {
        return missingBytes;
    }

    /// Takes the next bytes of the value, no more than are missing.
    ///
    /// @param piece borrowed
    void take(ByteBuf piece) {
        missingBytes -= piece.readableBytes();
        if (failure.isEmpty() && writer.isPresent()) {
            guarded(() -> writer.get().write(piece.nioBuffer()));
        }
    }

    /// Makes the value visible, if that needs no waiting.
    ///
    /// @return false if it does; then [#finish] has to be called
    boolean tryFinish() {
        if (waits || failure.isPresent() || writer.isEmpty()) {
            return false;
        }
        return writer.get().tryCommit(ObjectAttributes.NONE, Precondition.NONE).isPresent();
    }

    /// Makes the value visible. Where the cache could not keep it, it does not keep an older one
    /// either.
    ///
    /// @return why it was not kept, if it was not
    Optional<StorageException> finish() {
        guarded(() -> {
            if (failure.isEmpty() && writer.isPresent()) {
                CommitOutcome ignored = writer.get()
                        .commit(ObjectAttributes.NONE, Precondition.NONE);
            }
        });
        if (failure.isPresent()) {
            CommitOutcome ignored = bucket.forget(key, Precondition.NONE);
        }
        return failure;
    }

    @Override
    public void close() {
        writer.ifPresent(ObjectWriter::close);
        writer = Optional.empty();
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (StorageException e) {
            failure = Optional.of(e);
        }
    }
}

package dev.varve.engine;

import java.nio.ByteBuffer;
import java.util.Optional;

/// One object being written. Nothing is visible before the commit; closing without one leaves no
/// trace.
///
/// Confined to one thread at a time.
public interface ObjectWriter extends AutoCloseable {

    /// Appends all remaining bytes of `source` (borrowed). Waits for memory or flash where the
    /// writer did not come from [Bucket#tryWriter].
    ///
    /// @throws dev.varve.env.StorageException FULL if a durable bucket has no room left
    void write(ByteBuffer source);

    /// Where the next bytes belong, for those who can put them there themselves and so save a
    /// copy; then [#filled] says how many they put. Never waits.
    ///
    /// @return at least one byte, borrowed until the next call of any method; empty where the
    ///         writer did not come from [Bucket#tryWriter] or has all its bytes
    default Optional<ByteBuffer> room() {
        return Optional.empty();
    }

    /// Appends the first `bytes` bytes of what [#room] returned just before.
    default void filled(int bytes) {
        throw new IllegalStateException("no room was given for " + bytes + " bytes");
    }

    /// Bytes written so far.
    long lengthBytes();

    /// Makes the object visible if the precondition holds, replacing an older one. For a durable
    /// bucket it is on stable storage when this returns.
    CommitOutcome commit(ObjectAttributes attributes, Precondition precondition);

    /// As [#commit], where that needs no disk; empty where it does (and nothing happened).
    Optional<CommitOutcome> tryCommit(ObjectAttributes attributes, Precondition precondition);

    /// Drops what was not committed.
    @Override
    void close();
}

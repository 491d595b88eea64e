package dev.varve.engine;

import dev.varve.env.StorageException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A namespace of objects.
///
/// An object appears whole, with its commit, and is replaced whole. Readers that were opened before
/// a replacement go on with the bytes that they were opened on.
///
/// Thread-safe.
public interface Bucket {

    String name();

    BucketClass bucketClass();

    /// Milliseconds since the epoch.
    long createdMillis();

    /// This bucket as one client uses it: a listener hears of what is done through it as that
    /// client's.
    ///
    /// @param client of [Engine#newClient]
    default Bucket as(int client) {
        return this;
    }

    /// Describes an object, without its bytes.
    Optional<ObjectInfo> head(ObjectKey key);

    /// As [#head], from memory alone.
    Peek<ObjectInfo> tryHead(ObjectKey key);

    /// As [#head], for somebody who will come for the bytes: an object of a cache bucket stays in
    /// the store for [EngineSettings#lease] from now on, unless a client removes or replaces it.
    Optional<ObjectInfo> lease(ObjectKey key);

    /// As [#lease], from memory alone.
    Peek<ObjectInfo> tryLease(ObjectKey key);

    /// Keeps an object in the store for so long.
    ///
    /// @return false if it is not there, or clients hold as much already as they may
    boolean pin(ObjectKey key, Duration time);

    /// Asks for an object to be brought into memory in the background. Never blocks.
    ///
    /// @return false if too much was asked for already
    boolean prefetch(ObjectKey key);

    /// Follows one reader of this bucket.
    ReadAhead readAhead();

    /// Lets an object be the next to leave memory: for flash, if it is worth a write. Never
    /// blocks.
    ///
    /// @return whether memory had something of it
    boolean demote(ObjectKey key);

    /// Ends pin and lease of an object: eviction may take it again. Never blocks.
    void release(ObjectKey key);

    /// Tells what became of a key.
    Explanation explain(ObjectKey key);

    /// Opens an object for reading; the caller closes the reader. Counts as one read of the object.
    Optional<ObjectReader> open(ObjectKey key);

    /// As [#open], only where all of the object's blocks are in memory.
    Peek<ObjectReader> tryOpen(ObjectKey key);

    /// Begins a new object; nothing is visible before its commit. The caller closes the writer.
    ///
    /// @param expectedBytes the length if it is known, else -1; a writer of known length takes
    ///                      exactly that many bytes
    ObjectWriter writer(ObjectKey key, long expectedBytes);

    /// As [#writer], where memory for all of the bytes is free now, so that
    /// [ObjectWriter#write] will not block either. Empty where it is not, or where the bucket is
    /// durable.
    Optional<ObjectWriter> tryWriter(ObjectKey key, long expectedBytes);

    /// Removes an object if the precondition holds; durable for a durable bucket when this returns.
    /// A missing object counts as removed where the precondition accepts that it is missing.
    CommitOutcome delete(ObjectKey key, Precondition precondition);

    /// As [#delete], of what was there before something that could not be kept: a cache that
    /// loses a new value must not answer with the old one.
    CommitOutcome forget(ObjectKey key, Precondition precondition);

    /// Makes one object out of the bytes of others, in order, without copying them; the others are
    /// gone in the same instant. All must be in the store, in `source`.
    ///
    /// @throws dev.varve.env.StorageException ABSENT if a part is missing
    CommitOutcome compose(
            ObjectKey key,
            Bucket source,
            List<ObjectKey> parts,
            ObjectAttributes attributes,
            Precondition precondition);

    /// Replaces an object's attributes (its expiry among them) and keeps its bytes.
    CommitOutcome touch(ObjectKey key, ObjectAttributes attributes, Precondition precondition);

    /// Walks the objects in the order of their keys' unsigned bytes; the caller closes the
    /// cursor. Sees each object that is there during the whole walk; others perhaps.
    ///
    /// @param prefix what each key must begin with
    ObjectCursor list(ObjectKey prefix);

    /// How many objects there are; exact when nothing is being written and the start's accounting
    /// has ended.
    long count();

    /// Removes all objects that are there when this is called.
    void clear();

    /// Stores `value` (borrowed) under a key, replacing what was there.
    default void put(ObjectKey key, byte[] value) {
        try (var writer = writer(key, value.length)) {
            writer.write(ByteBuffer.wrap(value));
            writer.commit(ObjectAttributes.NONE, Precondition.NONE);
        }
    }

    /// A copy of an object's bytes, empty also where a cache bucket has lost some of them. For
    /// objects that fit an array; larger ones have [#open].
    default Optional<byte[]> get(ObjectKey key) {
        var found = open(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (var reader = found.get()) {
            var value = new byte[Math.toIntExact(reader.info().sizeBytes())];
            for (int i = 0; i < reader.blockCount(); i++) {
                try (var block = reader.read(i)) {
                    var target = MemorySegment.ofArray(value)
                            .asSlice(reader.blockOffset(i), block.lengthBytes());
                    block.copyOut(0, target);
                }
            }
            return Optional.of(value);
        } catch (StorageException lost) {
            boolean isMiss = bucketClass() == BucketClass.CACHE
                    && (lost.kind() == StorageException.Kind.CORRUPT
                            || lost.kind() == StorageException.Kind.ABSENT);
            if (isMiss) {
                return Optional.empty();
            }
            throw lost;
        }
    }

    /// Removes an object; tells whether there was one.
    default boolean remove(ObjectKey key) {
        return delete(key, Precondition.IF_PRESENT) instanceof CommitOutcome.Done;
    }
}

package dev.varve.engine;

import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import java.util.List;
import java.util.Optional;

/// Which blocks an object has and where the persistent copy of each block lies.
///
/// Changes become visible together, in the order of their commits, and survive the death of the
/// process. They survive a power failure once [#sync] has returned; what was not synced is lost
/// from the end, never from the middle. Failures are [dev.varve.env.StorageException]s: CORRUPT
/// where stored bytes are not what was written, UNAVAILABLE and FULL where the disk refuses. Where
/// it does not answer in time, that is UNAVAILABLE too, and a commit may still come about.
///
/// Thread-safe.
public interface Catalog extends AutoCloseable {

    List<BucketRecord> buckets();

    Optional<StoredObject> object(int bucket, ObjectKey key);

    /// As [#object], as far as that needs no disk.
    default Peek<StoredObject> tryObject(int bucket, ObjectKey key) {
        return new Peek.Unsure<>();
    }

    /// Never blocks. False means that there is no such object; true means that only [#object] can
    /// tell.
    boolean mayHaveObject(int bucket, ObjectKey key);

    Optional<BlockEntry> block(long id);

    /// As [#block], as far as that needs no disk.
    default Peek<BlockEntry> tryBlock(long id) {
        return new Peek.Unsure<>();
    }

    /// The entries of several blocks, in the order of `ids`.
    List<Optional<BlockEntry>> blocks(List<Long> ids);

    /// Applies all changes, or none.
    void commit(List<Change> changes);

    /// As [#commit(List)], for who must know what became of it in any case.
    default void commit(List<Change> changes, Ending ending) {
        try {
            commit(changes);
        } catch (RuntimeException | Error failed) {
            ending.ended(false);
            throw failed;
        }
        ending.ended(true);
    }

    /// Makes durable all that was committed before this call began. Calls at the same time share
    /// one flush.
    void sync();

    /// Walks a bucket's objects in key order, from the first that begins with `prefix` to the
    /// last, as they are now.
    Cursor<StoredObject> objects(int bucket, ObjectKey prefix);

    /// Walks all blocks by id, as they are now.
    Cursor<BlockEntry> allBlocks();

    /// Sets numbers aside that no other call for the same use, before or after a restart, will
    /// return. Durable.
    ///
    /// @return the first of `count` consecutive numbers, at least 1
    long reserve(Numbers use, long count);

    @Override
    void close();

    /// What numbers are for. Buckets have their own: with 32 bits they would not outlast those of
    /// blocks, of which each start of a server takes a million.
    enum Numbers {
        /// Blocks and versions of objects.
        BLOCKS,
        BUCKETS
    }

    /// A bucket; its id is never reused.
    record BucketRecord(int id, String name, BucketClass bucketClass, long createdMillis) {}

    /// An object with the blocks that hold its bytes, in order.
    record StoredObject(ObjectInfo info, List<BlockInfo> blocks) {
        public StoredObject {
            blocks = List.copyOf(blocks);
        }
    }

    /// The persistent copy of a block, and the object that it belongs to.
    record BlockEntry(BlockInfo info, Place place, int bucket, ObjectKey owner) {}

    /// Hears what became of a commit: once, before the commit returns or throws, unless it throws
    /// because the disk has not answered in time. Then it hears when that is known, on another
    /// thread, and before anything else is committed.
    interface Ending {
        void ended(boolean applied);
    }

    /// One step of a commit.
    sealed interface Change {
        record PutBucket(BucketRecord bucket) implements Change {}

        record RemoveBucket(int bucket) implements Change {}

        record PutObject(int bucket, StoredObject object) implements Change {}

        record RemoveObject(int bucket, ObjectKey key) implements Change {}

        record PutBlock(BlockEntry entry) implements Change {}

        record RemoveBlock(long id) implements Change {}
    }

    /// A walk over a snapshot; holds resources until it is closed. Confined to one thread at a
    /// time.
    interface Cursor<T> extends AutoCloseable {
        Optional<T> next();

        /// Skips forward to the first object whose key is `key` or greater; for objects only.
        void seek(ObjectKey key);

        @Override
        void close();
    }
}

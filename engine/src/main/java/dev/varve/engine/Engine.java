package dev.varve.engine;

import dev.varve.bytes.SharedMemory;
import java.util.List;
import java.util.Optional;

/// One store: buckets of objects, kept in tiers. What doors and embedding programs hold.
///
/// Methods whose name begins with `try`, here and on what hangs off this interface, never block:
/// they may run on an event loop. All others may wait for a disk or for memory.
///
/// Failures of the medium are [dev.varve.env.StorageException]s.
///
/// Thread-safe.
public interface Engine extends AutoCloseable {

    Optional<Bucket> bucket(String name);

    /// Creates a bucket; durable when this returns.
    ///
    /// @param name 1 to 255 characters; a leading dot marks a bucket that doors do not show
    /// @throws dev.varve.env.StorageException CONFLICT if the name is taken
    Bucket createBucket(String name, BucketClass bucketClass);

    /// Returns the bucket of this name, creating it if need be; an existing one keeps its class.
    Bucket openBucket(String name, BucketClass bucketClass);

    /// Removes an empty bucket.
    ///
    /// @throws dev.varve.env.StorageException CONFLICT if it has objects, ABSENT if there is none
    void deleteBucket(String name);

    /// All buckets, by name.
    List<Bucket> buckets();

    /// Divides memory and flash among keys, in place of how they were divided before. No block
    /// leaves for it at once. Nothing of it is kept when the engine closes. May take as long as
    /// looking at all blocks; the same division again takes no time.
    ///
    /// @param shares their prefixes must not overlap; keys that begin with none of them share what
    ///               the quotas leave
    /// @throws IllegalArgumentException if prefixes overlap: nothing has changed
    void divide(List<ShareSettings> shares);

    /// Tells one listener of every access from now on, in place of the one before; empty tells
    /// nobody, which costs nothing.
    default void listen(Optional<AccessListener> listener) {}

    /// A number for one more client of the store, for [Bucket#as].
    default int newClient() {
        return 0;
    }

    EngineStatus status();

    /// The memory that all blocks of open readers lie in, as other processes on this host can map
    /// it, while the store is open; empty where they cannot.
    default Optional<SharedMemory> sharedMemory() {
        return Optional.empty();
    }

    /// Stops background work, writes what is worth keeping of cache buckets to flash (for a bounded
    /// time), and closes tiers and catalog. Readers and writers still open fail with CLOSED.
    @Override
    void close();
}

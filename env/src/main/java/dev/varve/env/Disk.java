package dev.varve.env;

import java.util.List;

/// A folder of files on one device; the only way in which tiers reach a file system.
///
/// All failures are [StorageException]s: `FULL` where the device has no room, `ABSENT` where a
/// named file does not exist, `UNAVAILABLE` for any other refusal.
///
/// Thread-safe.
public interface Disk extends AutoCloseable {

    /// Creates an empty file, durable in its folder after [#syncNames].
    ///
    /// @throws StorageException CONFLICT if the name is taken
    DiskFile create(String name);

    /// Opens an existing file for reading and writing.
    DiskFile open(String name);

    /// Removes a file's name; files still open stay readable until they are closed. Removing a name
    /// that does not exist succeeds.
    void delete(String name);

    /// The names of all files in the folder, sorted.
    List<String> names();

    /// Makes created and deleted names durable (fsync of the folder).
    void syncNames();

    /// Bytes that the device can still take.
    long usableBytes();

    /// Transfers must start at, and be as long as, multiples of this many bytes, in memory that is
    /// aligned to it; 1 where the device does not care. A power of two, at most 4096.
    int alignmentBytes();

    @Override
    void close();
}

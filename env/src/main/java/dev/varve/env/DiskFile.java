package dev.varve.env;

import java.lang.foreign.MemorySegment;

/// One open file of a [Disk]. Offsets, lengths and addresses keep to [Disk#alignmentBytes].
///
/// Thread-safe: transfers at different offsets may run at the same time.
public interface DiskFile extends AutoCloseable {

    /// Fills all of `target` (borrowed) from `offset`.
    ///
    /// @throws StorageException CORRUPT if the file ends before that
    void read(long offset, MemorySegment target);

    /// Writes all of `source` (borrowed) at `offset`, growing the file as needed. Durable after
    /// [#sync]; until then any part of it may be lost or torn by a power failure.
    void write(long offset, MemorySegment source);

    /// Makes everything durable that was written before this call began (fdatasync).
    void sync();

    /// Cuts the file to a length.
    void truncate(long sizeBytes);

    long sizeBytes();

    @Override
    void close();
}

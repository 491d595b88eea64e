package dev.varve.env;

import java.lang.foreign.MemorySegment;
import java.util.List;

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

    /// Fills several pieces (borrowed) one after the other from consecutive bytes, in one transfer
    /// where the device can.
    ///
    /// @throws StorageException CORRUPT if the file ends before that
    default void read(long offset, List<MemorySegment> targets) {
        long at = offset;
        for (MemorySegment target : targets) {
            read(at, target);
            at += target.byteSize();
        }
    }

    /// Writes several pieces (borrowed) to consecutive bytes, in one transfer where the device can.
    default void write(long offset, List<MemorySegment> sources) {
        long at = offset;
        for (MemorySegment source : sources) {
            write(at, source);
            at += source.byteSize();
        }
    }

    /// Makes everything durable that was written before this call began (fdatasync).
    void sync();

    /// Cuts the file to a length.
    void truncate(long sizeBytes);

    long sizeBytes();

    @Override
    void close();
}

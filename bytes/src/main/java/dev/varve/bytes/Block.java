package dev.varve.bytes;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Reference-counted off-heap bytes cut from a [Slab]: the unit that moves between tiers and doors.
///
/// A block of `lengthBytes` bytes lies in one or more *runs*, each a contiguous piece of the slab.
/// Only the last run may end before its natural end; all others are used whole. Runs of 4 KiB and
/// more start on a 4 KiB boundary, so that direct I/O can reach them.
///
/// A block is filled once by the one who allocated it and is immutable from the moment that a
/// second party can see it. It is born with one lease. Each [#retain] adds one; each [#close]
/// gives one back; the memory returns to the slab with the last one.
///
/// Thread-safe: the count is atomic; the bytes are published by whoever hands the block over.
public interface Block extends AutoCloseable {

    /// Length of the content, 0 to [Integer#MAX_VALUE].
    int lengthBytes();

    /// How many contiguous runs the content has; at least 1, also for an empty block.
    int runCount();

    /// The bytes of one run, borrowed until the caller's lease is closed. The lengths of all runs
    /// add up to [#lengthBytes].
    MemorySegment run(int index);

    /// One run with the slack behind its content, for I/O that must transfer whole pages; borrowed.
    /// Its length is a multiple of 4 KiB where the block is at least 64 KiB long.
    MemorySegment paddedRun(int index);

    /// Takes one more lease; the caller must hold one already.
    ///
    /// @return this block
    Block retain();

    /// Takes one more lease unless the last one was already given back.
    boolean tryRetain();

    /// Gives back one lease.
    @Override
    void close();

    /// Copies `source` (borrowed, read from its position, which moves to its limit) to `offset`.
    default void copyIn(int offset, ByteBuffer source) {
        copyIn(offset, MemorySegment.ofBuffer(source));
        source.position(source.limit());
    }

    /// Copies all of `source` (borrowed) to `offset`.
    ///
    /// @throws IndexOutOfBoundsException if it does not fit
    void copyIn(int offset, MemorySegment source);

    /// Copies the bytes from `offset` on into all of `target` (borrowed).
    ///
    /// @throws IndexOutOfBoundsException if there are not as many
    void copyOut(int offset, MemorySegment target);

    /// Checksum of the content, see [Crc32c].
    default int crc32c() {
        var crc = new Crc32c();
        for (int i = 0; i < runCount(); i++) {
            crc.update(run(i));
        }
        return crc.value();
    }
}

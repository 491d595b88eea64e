package dev.varve.bytes;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// A slab's memory as other processes on this host can map it: a stretch of a file.
///
/// What a process maps shows the slab's bytes as they are, also those of blocks that were given
/// back and taken anew. So only the bytes of a block on which somebody holds a lease mean anything.
///
/// Immutable.
public final class SharedMemory {
    private final int descriptor;
    private final long fileOffset;
    private final MemorySegment memory;

    /// @param descriptor of the file; stays the caller's, who closes it after the last use of this
    /// @param fileOffset where in the file the memory begins, a multiple of 4 KiB
    SharedMemory(int descriptor, long fileOffset, MemorySegment memory) {
        this.descriptor = descriptor;
        this.fileOffset = fileOffset;
        this.memory = memory;
    }

    /// Where in the file the memory begins, in bytes.
    public long fileOffset() {
        return fileOffset;
    }

    public long sizeBytes() {
        return memory.byteSize();
    }

    /// Where a run of a block of this slab begins, in bytes from the memory's beginning.
    ///
    /// @param run as [Block#run] returned it
    /// @throws IndexOutOfBoundsException if it is of another slab
    public long offsetOf(MemorySegment run) {
        long offset = run.address() - memory.address();
        return Objects.checkFromIndexSize(offset, run.byteSize(), memory.byteSize());
    }

    /// Opens the file once more, for reading alone: by this descriptor it cannot be mapped
    /// writable.
    ///
    /// @return a number that the caller owns and closes
    /// @throws IOException if the system refuses
    public int openForReading() throws IOException {
        return LinuxCalls.reopenForReading(descriptor);
    }
}

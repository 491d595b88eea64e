package dev.varve.bytes;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native memory for one piece of work: it is in nobody's budget, and goes all at once.
///
/// Confined to the thread that made it.
public final class Scratch implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;

    private final Arena arena = Arena.ofConfined();

    /// So many bytes; all zero.
    public MemorySegment bytes(long count) {
        return arena.allocate(count, Long.BYTES);
    }

    /// Whole pages of 4 KiB with room for so many bytes, for direct I/O; all zero.
    public MemorySegment pages(long count) {
        return arena.allocate((count + PAGE_BYTES - 1) & -PAGE_BYTES, PAGE_BYTES);
    }

    @Override
    public void close() {
        arena.close();
    }
}

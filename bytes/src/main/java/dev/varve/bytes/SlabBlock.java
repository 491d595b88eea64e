package dev.varve.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A block of a [BuddySlab]: the chunks that it is made of, and how many leases are out.
///
/// A chunk is one number: its offset in the slab, whose low 8 bits are always zero, plus the binary
/// logarithm of its size in those bits.
///
/// Thread-safe: leases are counted atomically.
final class SlabBlock implements Block {
    private static final VarHandle LEASES;
    private static final long SHIFT_MASK = 0xff;

    static {
        try {
            LEASES = MethodHandles.lookup().findVarHandle(SlabBlock.class, "leases", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final BuddySlab slab;
    private final int lengthBytes;
    private final long[] chunks;
    private volatile int leases = 1;

    SlabBlock(BuddySlab slab, int lengthBytes, long[] chunks) {
        this.slab = slab;
        this.lengthBytes = lengthBytes;
        this.chunks = chunks;
    }

    static long chunk(long offset, int shift) {
        return offset | shift;
    }

    static long offset(long chunk) {
        return chunk & ~SHIFT_MASK;
    }

    static int shift(long chunk) {
        return (int) (chunk & SHIFT_MASK);
    }

    /// Borrowed.
    long[] chunks() {
        return chunks;
    }

    @Override
    public int lengthBytes() {
        return lengthBytes;
    }

    @Override
    public int runCount() {
        return chunks.length;
    }

    @Override
    public MemorySegment run(int index) {
        long length = 1L << shift(chunks[index]);
        if (index == chunks.length - 1) {
            length = lengthBytes - runOffset(index);
        }
        return slab.memory().asSlice(offset(chunks[index]), length);
    }

    @Override
    public MemorySegment paddedRun(int index) {
        return slab.memory().asSlice(offset(chunks[index]), 1L << shift(chunks[index]));
    }

    @Override
    public Block retain() {
        if (!tryRetain()) {
            throw new IllegalStateException("block was already given back");
        }
        return this;
    }

    @Override
    public boolean tryRetain() {
        int seen = leases;
        while (seen > 0) {
            int found = (int) LEASES.compareAndExchange(this, seen, seen + 1);
            if (found == seen) {
                return true;
            }
            seen = found;
        }
        return false;
    }

    @Override
    public void close() {
        int left = (int) LEASES.getAndAdd(this, -1) - 1;
        if (left < 0) {
            throw new IllegalStateException("block given back more often than it was taken");
        }
        if (left == 0) {
            slab.free(chunks);
        }
    }

    @Override
    public void copyIn(int offset, MemorySegment source) {
        transfer(offset, source, true);
    }

    @Override
    public void copyOut(int offset, MemorySegment target) {
        transfer(offset, target, false);
    }

    private void transfer(int offset, MemorySegment other, boolean in) {
        long length = other.byteSize();
        if (offset < 0 || offset + length > lengthBytes) {
            throw new IndexOutOfBoundsException(
                    "offset " + offset + ", length " + length + " in a block of " + lengthBytes);
        }
        long skip = offset;
        long done = 0;
        for (int i = 0; i < chunks.length && done < length; i++) {
            long size = 1L << shift(chunks[i]);
            if (skip >= size) {
                skip -= size;
                continue;
            }
            long part = Math.min(size - skip, length - done);
            long at = offset(chunks[i]) + skip;
            if (in) {
                MemorySegment.copy(other, done, slab.memory(), at, part);
            } else {
                MemorySegment.copy(slab.memory(), at, other, done, part);
            }
            done += part;
            skip = 0;
        }
    }

    private long runOffset(int index) {
        long offset = 0;
        for (int i = 0; i < index; i++) {
            offset += 1L << shift(chunks[i]);
        }
        return offset;
    }
}

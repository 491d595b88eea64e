package dev.varve.testkit;

import dev.varve.bytes.Block;
import dev.varve.bytes.Slab;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// A simple [Slab] that is stricter than the real one: fresh and returned memory is filled with
/// junk, use of a block without a lease fails, and [#assertNoLeases] names what leaked.
///
/// Thread-safe: by its monitor.
public final class TestSlab implements Slab {
    static final int PAGE_BYTES = 4096;
    private static final int SMALL_UNIT_BYTES = 64;
    private static final byte FRESH = (byte) 0xDB;
    private static final byte RETURNED = (byte) 0xDD;

    private final long capacityBytes;
    private final boolean fragmented;
    private final Map<Integer, Deque<MemorySegment>> free = new HashMap<>();
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicLong liveBlocks = new AtomicLong();

    private TestSlab(long capacityBytes, boolean fragmented) {
        this.capacityBytes = capacityBytes;
        this.fragmented = fragmented;
    }

    /// A slab whose blocks are one run each.
    public static TestSlab of(long capacityBytes) {
        return new TestSlab(capacityBytes, false);
    }

    /// A slab that cuts its blocks into as many runs as it may.
    public static TestSlab fragmented(long capacityBytes) {
        return new TestSlab(capacityBytes, true);
    }

    @Override
    public Optional<Block> allocate(int lengthBytes) {
        if (lengthBytes < 0) {
            throw new IllegalArgumentException("length must not be negative: " + lengthBytes);
        }
        long footprint = footprintBytes(lengthBytes);
        if (usedBytes.addAndGet(footprint) > capacityBytes) {
            usedBytes.addAndGet(-footprint);
            return Optional.empty();
        }
        List<MemorySegment> runs = new ArrayList<>();
        for (int runBytes : runLengths((int) footprint)) {
            runs.add(takeRun(runBytes));
        }
        liveBlocks.incrementAndGet();
        return Optional.of(new TestBlock(this, lengthBytes, runs));
    }

    @Override
    public long footprintBytes(int lengthBytes) {
        int unit = lengthBytes >= PAGE_BYTES ? PAGE_BYTES : SMALL_UNIT_BYTES;
        return Math.max(unit, (lengthBytes + (long) unit - 1) / unit * unit);
    }

    @Override
    public long capacityBytes() {
        return capacityBytes;
    }

    @Override
    public long usedBytes() {
        return usedBytes.get();
    }

    /// Fails if a block still has a lease.
    public void assertNoLeases() {
        long live = liveBlocks.get();
        if (live != 0) {
            throw new AssertionError(
                    live + " blocks with " + usedBytes() + " bytes were not closed");
        }
    }

    @Override
    public void close() {
        assertNoLeases();
    }

    /// Takes the memory of a block back.
    synchronized void giveBack(List<MemorySegment> runs) {
        for (MemorySegment run : runs) {
            run.fill(RETURNED);
            usedBytes.addAndGet(-run.byteSize());
            free.computeIfAbsent((int) run.byteSize(), _ -> new ArrayDeque<>()).push(run);
        }
        liveBlocks.decrementAndGet();
    }

    private synchronized MemorySegment takeRun(int bytes) {
        Deque<MemorySegment> known = free.getOrDefault(bytes, new ArrayDeque<>());
        MemorySegment run = known.isEmpty() ? newRun(bytes) : known.pop();
        run.fill(FRESH);
        return run;
    }

    private static MemorySegment newRun(int bytes) {
        int alignment = bytes >= PAGE_BYTES ? PAGE_BYTES : SMALL_UNIT_BYTES;
        ByteBuffer room = ByteBuffer.allocateDirect(bytes + alignment);
        return MemorySegment.ofBuffer(room.alignedSlice(alignment)).asSlice(0, bytes);
    }

    /// All at once, or the first unit by itself, then twice as much each time.
    private List<Integer> runLengths(int footprint) {
        if (!fragmented) {
            return List.of(footprint);
        }
        int run = footprint >= PAGE_BYTES ? PAGE_BYTES : SMALL_UNIT_BYTES;
        List<Integer> lengths = new ArrayList<>();
        for (int left = footprint; left > 0; left -= lengths.getLast()) {
            lengths.add(Math.min(run, left));
            run *= 2;
        }
        return lengths;
    }
}

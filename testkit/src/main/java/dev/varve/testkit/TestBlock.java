package dev.varve.testkit;

import dev.varve.bytes.Block;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/// A block of a [TestSlab].
///
/// Thread-safe: the count of leases is atomic.
final class TestBlock implements Block {
    private final TestSlab slab;
    private final int lengthBytes;
    private final List<MemorySegment> runs;
    private final AtomicInteger leases = new AtomicInteger(1);

    TestBlock(TestSlab slab, int lengthBytes, List<MemorySegment> runs) {
        this.slab = slab;
        this.lengthBytes = lengthBytes;
        this.runs = List.copyOf(runs);
    }

    @Override
    public int lengthBytes() {
        return lengthBytes;
    }

    @Override
    public int runCount() {
        return runs.size();
    }

    @Override
    public MemorySegment run(int index) {
        checkLease();
        long before = runs.subList(0, index).stream().mapToLong(MemorySegment::byteSize).sum();
        MemorySegment whole = runs.get(index);
        return whole.asSlice(0, Math.min(whole.byteSize(), lengthBytes - before));
    }

    @Override
    public MemorySegment paddedRun(int index) {
        checkLease();
        return runs.get(index);
    }

    @Override
    public Block retain() {
        if (!tryRetain()) {
            throw new IllegalStateException("a block without a lease cannot be retained");
        }
        return this;
    }

    @Override
    public boolean tryRetain() {
        int before = leases.getAndUpdate(count -> count == 0 ? 0 : count + 1);
        return before > 0;
    }

    @Override
    public void close() {
        int left = leases.decrementAndGet();
        if (left < 0) {
            throw new IllegalStateException("a block was closed more often than leased");
        }
        if (left == 0) {
            slab.giveBack(runs);
        }
    }

    @Override
    public void copyIn(int offset, MemorySegment source) {
        copy(offset, source, true);
    }

    @Override
    public void copyOut(int offset, MemorySegment target) {
        copy(offset, target, false);
    }

    private void copy(int offset, MemorySegment other, boolean in) {
        Objects.checkFromIndexSize(offset, other.byteSize(), (long) lengthBytes);
        long runStart = 0;
        for (int i = 0; i < runs.size(); i++) {
            MemorySegment run = run(i);
            long from = Math.max(offset, runStart);
            long to = Math.min(offset + other.byteSize(), runStart + run.byteSize());
            if (from < to) {
                MemorySegment here = run.asSlice(from - runStart, to - from);
                MemorySegment there = other.asSlice(from - offset, to - from);
                (in ? here : there).copyFrom(in ? there : here);
            }
            runStart += run.byteSize();
        }
    }

    private void checkLease() {
        if (leases.get() <= 0) {
            throw new IllegalStateException("a block was used without a lease");
        }
    }
}

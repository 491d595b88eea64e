package dev.varve.tier.flash;

import dev.varve.bytes.Block;
import dev.varve.bytes.Scratch;
import dev.varve.env.Clock;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Compression;
import dev.varve.tier.CompressionJudge;
import dev.varve.tier.CompressionJudge.Use;
import dev.varve.tier.SegmentTier.Write;
import dev.varve.tier.SegmentTierCounters.Compressed;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// Gives blocks the form in which they are stored, and their content back.
///
/// Thread-safe: by the judge's lock and adders.
final class Compressor implements AutoCloseable {
    /// How much of a block is compressed to see of which kind it is, in pieces of half of that.
    private static final int SAMPLE_BYTES = 8 << 10;
    /// What does not shrink by one part of so many is stored as it is.
    private static final int LEAST_GAIN = 16;

    private final CompressionJudge judge;
    private final Clock clock;
    private final Zstd zstd = new Zstd();
    private final LongAdder contentBytes = new LongAdder();
    private final LongAdder storedBytes = new LongAdder();
    private final LongAdder triedBytes = new LongAdder();
    private final LongAdder compressNanos = new LongAdder();
    private final LongAdder expandedBytes = new LongAdder();
    private final LongAdder expandNanos = new LongAdder();

    Compressor(Compression compression, Clock clock) {
        judge = new CompressionJudge(compression);
        this.clock = clock;
    }

    /// Blocks as they are to be stored: compressed, where they should be.
    ///
    /// @param writes  borrowed
    /// @param memory  of what is compressed
    /// @param awaited whether somebody waits for them to be written
    /// @param use     asked only where it matters
    List<Write> stored(
            List<Write> writes,
            Scratch memory,
            boolean awaited,
            Supplier<Use> use) {
        return writes.stream()
                .map(write -> judge.mayCompress(write.info().lengthBytes())
                        ? stored(write, memory, awaited, use.get())
                        : write)
                .toList();
    }

    private Write stored(Write write, Scratch memory, boolean awaited, Use use) {
        int length = write.info().lengthBytes();
        double sample = judge.isChoosy() ? sample(write.block()) : 0;
        if (!judge.tries(sample, length, awaited, use)) {
            return write;
        }
        long start = clock.nanoTime();
        var pages = memory.pages(length);
        var size = compress(write.block(), pages.asSlice(0, length - length / LEAST_GAIN));
        long nanos = clock.nanoTime() - start;
        triedBytes.add(length);
        compressNanos.add(nanos);
        double ratio = size.isPresent() ? (double) size.getAsInt() / length : 1;
        if (!judge.keeps(sample, ratio, length, nanos, use) || size.isEmpty()) {
            return write;
        }
        contentBytes.add(length);
        storedBytes.add(size.getAsInt());
        var kept = new CompressedBlock(size.getAsInt(), pages);
        return new Write(new BlockInfo(
                write.info().id(), kept.lengthBytes(), kept.crc32c()), kept);
    }

    private OptionalInt compress(Block block, MemorySegment target) {
        if (block.runCount() == 1) {
            return zstd.compress(block.run(0), target);
        }
        try (var scratch = new Scratch()) {
            var whole = scratch.bytes(block.lengthBytes());
            block.copyOut(0, whole);
            return zstd.compress(whole, target);
        }
    }

    /// What share of its length a part of a block takes compressed, from its begin and its middle.
    private double sample(Block block) {
        int length = block.lengthBytes();
        int half = Math.min(length, SAMPLE_BYTES) / 2;
        try (var scratch = new Scratch()) {
            var part = scratch.bytes(2L * half);
            block.copyOut(0, part.asSlice(0, half));
            block.copyOut(length / 2, part.asSlice(half));
            var size = zstd.compress(part, scratch.bytes(part.byteSize()));
            return size.isPresent() ? (double) size.getAsInt() / part.byteSize() : 1;
        }
    }

    /// Fills a block (borrowed) with what was compressed (borrowed).
    ///
    /// @return whether it is as long as the block
    boolean expand(MemorySegment frame, Block target) {
        long start = clock.nanoTime();
        try (var scratch = new Scratch()) {
            boolean whole = target.runCount() == 1;
            var content = whole ? target.run(0) : scratch.bytes(target.lengthBytes());
            if (!zstd.expand(frame, content)) {
                return false;
            }
            if (!whole) {
                target.copyIn(0, content);
            }
        }
        long nanos = clock.nanoTime() - start;
        judge.expanded(target.lengthBytes(), nanos);
        expandedBytes.add(target.lengthBytes());
        expandNanos.add(nanos);
        return true;
    }

    Compressed counters() {
        return new Compressed(triedBytes.sum(), contentBytes.sum(), storedBytes.sum(),
                expandedBytes.sum(), compressNanos.sum(), expandNanos.sum());
    }

    @Override
    public void close() {
        zstd.close();
    }

    /// A compressed block on its way to the device. Its memory is its writer's scratch, so nobody
    /// counts leases.
    private record CompressedBlock(int lengthBytes, MemorySegment pages) implements Block {
        @Override
        public int runCount() {
            return 1;
        }

        @Override
        public MemorySegment run(int index) {
            return pages.asSlice(0, lengthBytes);
        }

        @Override
        public MemorySegment paddedRun(int index) {
            return pages;
        }

        @Override
        public Block retain() {
            return this;
        }

        @Override
        public boolean tryRetain() {
            return true;
        }

        @Override
        public void close() {}

        @Override
        public void copyIn(int offset, MemorySegment source) {
            run(0).asSlice(offset, source.byteSize()).copyFrom(source);
        }

        @Override
        public void copyOut(int offset, MemorySegment target) {
            target.copyFrom(run(0).asSlice(offset, target.byteSize()));
        }
    }
}

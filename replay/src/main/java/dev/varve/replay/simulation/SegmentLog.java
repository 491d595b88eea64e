package dev.varve.replay.simulation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A tier of segments in numbers: what the server's `FlashTier` does with files, in the same sizes.
/// Blocks are appended in batches, each with a page of headers; an open segment counts with its
/// full size; a sealed one with what is in it; the last one of the budget stays free.
///
/// Of a concentrated tier each segment lies on one device, and devices are filled one after the
/// other, so that those with old segments are left alone.
///
/// Confined.
final class SegmentLog {
    private static final int PAGE_BYTES = 4096;
    private static final int HEADER_BYTES = 32;
    /// Blocks from this size on lie apart from their headers, on pages of their own.
    private static final int APART_BYTES = 64 << 10;
    private static final long MAX_BLOCK_BYTES = 32 << 20;
    private static final long MIN_SEGMENT_BYTES = 4 << 20;
    private static final long MAX_SEGMENT_BYTES = 256 << 20;
    private static final int SEGMENTS = 64;
    private static final int MIN_SEGMENTS = 8;

    private final ModelledTier tier;
    private final long budgetBytes;
    private final long segmentBytes;
    private final long reserveBytes;
    /// Oldest first, the open one not among them.
    private final List<Segment> sealed = new ArrayList<>();
    /// Those that lost their last block since this was looked through.
    private final Set<Segment> unwanted = new LinkedHashSet<>();
    private final int[] segmentsOnDevice;
    private @Nullable Segment open;
    private int device;
    private long usedBytes;
    private long hits;

    /// A segment.
    final class Segment {
        private final int device;
        private final double sinceSeconds;
        private final List<SimulatedBlock> blocks = new ArrayList<>();
        private final BitSet read = new BitSet();
        private long bytes = PAGE_BYTES;
        private int wanted;
        private long contentBytes;
        private long wantedBytes;
        private boolean dropped;

        private Segment(int device, double sinceSeconds) {
            this.device = device;
            this.sinceSeconds = sinceSeconds;
        }

        SegmentLog log() {
            return SegmentLog.this;
        }

        /// What is wanted of it, in the order of writing.
        List<SimulatedBlock> wanted() {
            var found = new ArrayList<SimulatedBlock>();
            for (int i = 0; i < blocks.size(); i++) {
                var block = blocks.get(i);
                if (block.segment == this && block.position == i) {
                    found.add(block);
                }
            }
            return found;
        }

        boolean wasRead(SimulatedBlock block) {
            return read.get(block.position);
        }

        long bytes() {
            return bytes;
        }
    }

    /// @param blockBytes   size of a block as a rule
    /// @param reserveShare which part of the budget is kept free
    SegmentLog(TierSettings settings, long blockBytes, int reserveShare) {
        tier = new ModelledTier(settings);
        budgetBytes = settings.capacityBytes();
        segmentBytes = segmentBytes(budgetBytes, blockBytes);
        reserveBytes = budgetBytes / reserveShare + 8 * maxBatchBytes();
        segmentsOnDevice = new int[tier.placeCount()];
        if (budgetBytes / segmentBytes < MIN_SEGMENTS) {
            throw new IllegalArgumentException("a tier of " + settings.medium().name() + " of "
                    + budgetBytes + " bytes must hold at least " + MIN_SEGMENTS + " segments of "
                    + segmentBytes + " bytes");
        }
    }

    /// As the server chooses it, but larger where a block would not fit: there it would be cut.
    private static long segmentBytes(long budgetBytes, long blockBytes) {
        long wished = Long.highestOneBit(Math.max(1, budgetBytes / SEGMENTS));
        long bytes = Math.clamp(wished, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
        while (bytes < 4 * blockBytes) {
            bytes *= 2;
        }
        return bytes;
    }

    ModelledTier tier() {
        return tier;
    }

    long hits() {
        return hits;
    }

    /// Appends blocks that lie nowhere. Those for which there is no room go on lying nowhere, and
    /// so do those that are larger than a segment.
    ///
    /// @return when they are written, in seconds
    double append(double nowSeconds, List<SimulatedBlock> blocks) {
        double end = nowSeconds;
        for (int first = 0; first < blocks.size();) {
            int next = first + 1;
            long bytes = blocks.get(first).bytes;
            while (next < blocks.size()
                    && bytes + blocks.get(next).bytes < maxBatchBytes() - PAGE_BYTES) {
                bytes += blocks.get(next).bytes;
                next++;
            }
            var batch = blocks.subList(first, next);
            long batchBytes = batchBytes(batch);
            var segment = segmentFor(nowSeconds, batchBytes, batch.size());
            if (segment.isPresent()) {
                end = Math.max(end, write(nowSeconds, segment.get(), batch, batchBytes));
            }
            first = next;
        }
        return end;
    }

    /// Reads a block that is here.
    ///
    /// @return when it is done, in seconds
    double read(double nowSeconds, SimulatedBlock block, boolean forClient) {
        var segment = segment(block);
        if (forClient) {
            segment.read.set(block.position);
            hits++;
        }
        return tier.read(segment.device, nowSeconds, block.bytes);
    }

    /// Reads a block for a client that has left meanwhile.
    double readPinned(double nowSeconds, Segment segment, long bytes) {
        hits++;
        return tier.read(segment.device, nowSeconds, bytes);
    }

    /// Notes a read that nobody waits for, but that counts as one.
    double readAhead(double nowSeconds, SimulatedBlock block) {
        segment(block).read.set(block.position);
        return read(nowSeconds, block, false);
    }

    /// Nobody wants a block's copy any more.
    void release(SimulatedBlock block) {
        var segment = segment(block);
        segment.wanted--;
        segment.wantedBytes -= block.bytes;
        block.segment = null;
        if (segment.wanted == 0) {
            unwanted.add(segment);
        }
    }

    private static Segment segment(SimulatedBlock block) {
        var segment = block.segment;
        if (segment == null) {
            throw new IllegalStateException("block " + block.name + " must be in a log");
        }
        return segment;
    }

    /// Whether less is free than should be.
    boolean isLow() {
        return budgetBytes - usedBytes < reserveBytes;
    }

    /// Whether more is taken without anything leaving.
    boolean hasRoom() {
        return budgetBytes - usedBytes > reserveBytes + budgetBytes / 32 + 4 * maxBatchBytes();
    }

    /// Drops sealed segments that nobody wants anything of.
    void dropUnwanted(double nowSeconds) {
        for (var segment : unwanted) {
            if (segment != open && !segment.dropped && segment.wanted == 0) {
                drop(nowSeconds, segment);
            }
        }
        unwanted.removeIf(segment -> segment != open || segment.wanted > 0);
    }

    /// How many segments there are, the open one included.
    int segmentCount() {
        return sealed.size() + (open == null ? 0 : 1);
    }

    /// The segment that should go next; seals the open one where there is no other.
    Optional<Segment> oldest(double nowSeconds) {
        if (sealed.isEmpty() && open != null) {
            seal(nowSeconds, open);
        }
        return sealed.stream().findFirst();
    }

    /// Gives a segment's space back. What is in it must lie elsewhere by now.
    void drop(double nowSeconds, Segment segment) {
        tier.kept(segment.device, nowSeconds - segment.sinceSeconds,
                segment.contentBytes);
        sealed.remove(segment);
        segment.dropped = true;
        usedBytes -= segment.bytes;
        segmentsOnDevice[segment.device]--;
    }

    /// Accounts for the refreshes of what is still here at the end.
    void end(double nowSeconds) {
        for (var segment : sealed) {
            tier.kept(segment.device, nowSeconds - segment.sinceSeconds,
                    segment.wantedBytes);
        }
    }

    private double write(
            double nowSeconds,
            Segment segment,
            List<SimulatedBlock> batch,
            long bytes) {
        for (var block : batch) {
            block.segment = segment;
            block.position = segment.blocks.size();
            segment.blocks.add(block);
            segment.contentBytes += block.bytes;
            segment.wantedBytes += block.bytes;
        }
        segment.wanted += batch.size();
        segment.bytes += bytes;
        return tier.write(segment.device, nowSeconds, bytes);
    }

    private Optional<Segment> segmentFor(double nowSeconds, long bytes, int blocks) {
        var present = open;
        if (present != null) {
            long footer = footerBytes(present.blocks.size() + blocks);
            if (present.bytes + bytes + footer <= segmentBytes) {
                return Optional.of(present);
            }
            seal(nowSeconds, present);
        }
        if (PAGE_BYTES + bytes + footerBytes(blocks) > segmentBytes) {
            return Optional.empty();
        }
        if (usedBytes + segmentBytes > budgetBytes - segmentBytes) {
            return Optional.empty();
        }
        usedBytes += segmentBytes;
        var next = new Segment(nextDevice(), nowSeconds);
        segmentsOnDevice[next.device]++;
        tier.write(next.device, nowSeconds, PAGE_BYTES);
        open = next;
        return Optional.of(next);
    }

    private void seal(double nowSeconds, Segment segment) {
        long footer = footerBytes(segment.blocks.size());
        tier.write(segment.device, nowSeconds, footer);
        segment.bytes += footer;
        usedBytes -= segmentBytes - segment.bytes;
        sealed.add(segment);
        open = null;
    }

    /// Stays with a device while it has room.
    private int nextDevice() {
        long perDevice = (budgetBytes / segmentBytes + segmentsOnDevice.length - 1)
                / segmentsOnDevice.length;
        for (int tried = 0; tried < segmentsOnDevice.length; tried++) {
            if (segmentsOnDevice[device] < perDevice) {
                return device;
            }
            device = (device + 1) % segmentsOnDevice.length;
        }
        return device;
    }

    private long maxBatchBytes() {
        return Math.min(MAX_BLOCK_BYTES, segmentBytes / 4);
    }

    private static long batchBytes(List<SimulatedBlock> blocks) {
        long together = 0;
        long apart = 0;
        for (var block : blocks) {
            boolean isApart = block.bytes >= APART_BYTES;
            together += HEADER_BYTES + (isApart ? 0 : (block.bytes + 7) & -8);
            apart += isApart ? pages(block.bytes) : 0;
        }
        return pages(together) + apart;
    }

    /// Directory and trailer.
    private static long footerBytes(int blocks) {
        return pages(HEADER_BYTES * (long) blocks) + PAGE_BYTES;
    }

    private static long pages(long bytes) {
        return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    }
}

package dev.varve.tier.flash;

import dev.varve.bytes.Block;
import dev.varve.bytes.Crc32c;
import dev.varve.bytes.Scratch;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Pace;
import dev.varve.tier.Place;
import dev.varve.tier.flash.Transfers.Loan;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Reads copies of blocks from their segments, and checks them. Large ones go straight into the
/// block's own memory; small ones, and those that must be expanded, by way of a buffer.
///
/// Thread-safe: each call works alone, but for what it measures.
final class CopyReader {
    private final Transfers transfers;
    private final Compressor compressor;
    private final Clock clock;
    private final Speed large = new Speed();

    CopyReader(Transfers transfers, Compressor compressor, Clock clock) {
        this.transfers = transfers;
        this.compressor = compressor;
        this.clock = clock;
    }

    /// How long the device takes for a byte of a large block; 0 while none was read.
    double nanosPerByte() {
        return large.nanosPerByte();
    }

    /// Fills a block (borrowed).
    ///
    /// @param segment one that the caller uses
    /// @throws StorageException CORRUPT if the bytes are not those that were written, UNAVAILABLE
    ///         when the device fails
    void read(SegmentFile segment, Place place, BlockInfo info, Block target, Pace pace) {
        boolean compressed = place.isCompressed(info);
        if (BlockLayout.liesApart(place.storedBytes())) {
            if (compressed) {
                expandLarge(segment, place, info, target, pace);
            } else {
                readLarge(segment, place, info, target, pace);
            }
            return;
        }
        pace.await(place.storedBytes());
        try (Loan loan = transfers.borrow()) {
            var content = readSmall(segment, place, info, loan);
            if (compressed) {
                expand(segment, place, info, content, target);
            } else {
                target.copyIn(0, content);
            }
        }
    }

    private void readLarge(
            SegmentFile segment,
            Place place,
            BlockInfo info,
            Block target,
            Pace pace) {
        List<MemorySegment> pages = new ArrayList<>(target.runCount());
        for (int i = 0; i < target.runCount(); i++) {
            long length = target.run(i).byteSize();
            pages.add(target.paddedRun(i).asSlice(0, PageLayout.roundUp(length)));
        }
        int crc32c = transfer(segment, place, info, pages, pace);
        if (crc32c != info.crc32c()) {
            throw corrupt(segment, place, info, "the content does not match its checksum");
        }
    }

    private void expandLarge(
            SegmentFile segment,
            Place place,
            BlockInfo info,
            Block target,
            Pace pace) {
        if (place.storedBytes() > info.lengthBytes()) {
            throw corrupt(segment, place, info, "it must not take more than its length");
        }
        try (var scratch = new Scratch()) {
            var pages = scratch.pages(place.storedBytes());
            transfer(segment, place, info, List.of(pages), pace);
            expand(segment, place, info, pages.asSlice(0, place.storedBytes()), target);
        }
    }

    private void expand(
            SegmentFile segment,
            Place place,
            BlockInfo info,
            MemorySegment frame,
            Block target) {
        if (!compressor.expand(frame, target) || target.crc32c() != info.crc32c()) {
            throw corrupt(segment, place, info, "what was compressed does not match its checksum");
        }
    }

    /// Reads whole pages of a large block.
    ///
    /// @return the checksum of what is stored
    private int transfer(
            SegmentFile segment,
            Place place,
            BlockInfo info,
            List<MemorySegment> pages,
            Pace pace) {
        if (place.offset() % PageLayout.BYTES != 0) {
            throw corrupt(segment, place, info, "a large block must begin on a page");
        }
        if (!pace.isFull()) {
            return new Pieces(transfers, segment.file(), place.offset(), pace)
                    .read(pages, place.storedBytes());
        }
        long start = clock.nanoTime();
        transfers.read(segment.file(), place.offset(), pages);
        large.took(clock.nanoTime() - start, place.storedBytes());
        var crc = new Crc32c();
        long left = place.storedBytes();
        for (var part : pages) {
            long content = Math.min(left, part.byteSize());
            crc.update(part.asSlice(0, content));
            left -= content;
        }
        return crc.value();
    }

    /// Reads a small block as it is stored, with its header, and checks it against that.
    private MemorySegment readSmall(
            SegmentFile segment,
            Place place,
            BlockInfo info,
            Loan loan) {
        long header = place.offset() - BlockLayout.HEADER_BYTES;
        if (header < PageLayout.BYTES) {
            throw corrupt(segment, place, info, "a block must not begin within the segment header");
        }
        long start = PageLayout.roundDown(header);
        long end = PageLayout.roundUp(place.offset() + place.storedBytes());
        MemorySegment pages = loan.buffer().asSlice(0, end - start);
        transfers.read(segment.file(), start, pages);
        var found = BlockLayout.decode(pages, header - start, segment.identity(), header);
        if (found.isEmpty() || found.get().info().id() != info.id()
                || found.get().info().lengthBytes() != place.storedBytes()
                || (!place.isCompressed(info) && found.get().info().crc32c() != info.crc32c())) {
            throw corrupt(segment, place, info, "its header is another or damaged");
        }
        MemorySegment content = pages.asSlice(place.offset() - start, place.storedBytes());
        if (Crc32c.of(content) != found.get().info().crc32c()) {
            throw corrupt(segment, place, info, "the content does not match its checksum");
        }
        return content;
    }

    private static StorageException corrupt(
            SegmentFile segment,
            Place place,
            BlockInfo info,
            String why) {
        return new StorageException(Kind.CORRUPT, "block " + info.id() + " (" + info.lengthBytes()
                + " bytes) in " + segment.name() + " at offset " + place.offset() + ": " + why);
    }
}

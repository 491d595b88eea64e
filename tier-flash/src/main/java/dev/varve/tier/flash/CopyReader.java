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
import dev.varve.tier.SegmentTier.Entry;
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

    /// A block's copy in a segment.
    private record Copy(SegmentFile segment, Place place, BlockInfo info) {
        boolean isCompressed() {
            return place.isCompressed(info);
        }

        StorageException corrupt(String why) {
            return new StorageException(Kind.CORRUPT, "block " + info.id() + " ("
                    + info.lengthBytes() + " bytes) in " + segment.name() + " at offset "
                    + place.offset() + ": " + why);
        }
    }

    /// Fills a block (borrowed).
    ///
    /// @param segment one that the caller uses
    /// @throws StorageException CORRUPT if the bytes are not those that were written, UNAVAILABLE
    ///         when the device fails
    void read(SegmentFile segment, Place place, BlockInfo info, Block target, Pace pace) {
        var copy = new Copy(segment, place, info);
        if (!BlockLayout.liesApart(place.storedBytes())) {
            readSmall(copy, target, pace);
        } else if (copy.isCompressed()) {
            expandLarge(copy, target, pace);
        } else {
            readLarge(copy, target, pace);
        }
    }

    private void readLarge(Copy copy, Block target, Pace pace) {
        List<MemorySegment> pages = new ArrayList<>(target.runCount());
        for (int i = 0; i < target.runCount(); i++) {
            long length = target.run(i).byteSize();
            pages.add(target.paddedRun(i).asSlice(0, PageLayout.roundUp(length)));
        }
        int crc32c;
        if (pace.isFull()) {
            readAtOnce(copy, pages);
            crc32c = target.crc32c();
        } else {
            crc32c = readInPieces(copy, pages, pace);
        }
        if (crc32c != copy.info.crc32c()) {
            throw copy.corrupt("the content does not match its checksum");
        }
    }

    private void expandLarge(Copy copy, Block target, Pace pace) {
        int storedBytes = copy.place.storedBytes();
        if (storedBytes > copy.info.lengthBytes()) {
            throw copy.corrupt("it must not take more than its length");
        }
        try (var scratch = new Scratch()) {
            var pages = scratch.pages(storedBytes);
            if (pace.isFull()) {
                readAtOnce(copy, List.of(pages));
            } else {
                readInPieces(copy, List.of(pages), pace);
            }
            expand(copy, pages.asSlice(0, storedBytes), target);
        }
    }

    private void expand(Copy copy, MemorySegment frame, Block target) {
        if (!compressor.expand(frame, target) || target.crc32c() != copy.info.crc32c()) {
            throw copy.corrupt("what was compressed does not match its checksum");
        }
    }

    private void readAtOnce(Copy copy, List<MemorySegment> pages) {
        long start = clock.nanoTime();
        transfers.read(copy.segment.file(), firstPage(copy), pages);
        large.took(clock.nanoTime() - start, copy.place.storedBytes());
    }

    /// @return the checksum of what is stored
    private int readInPieces(Copy copy, List<MemorySegment> pages, Pace pace) {
        return new Pieces(transfers, copy.segment.file(), firstPage(copy), pace)
                .read(pages, copy.place.storedBytes());
    }

    private static long firstPage(Copy copy) {
        if (copy.place.offset() % PageLayout.BYTES != 0) {
            throw copy.corrupt("a large block must begin on a page");
        }
        return copy.place.offset();
    }

    /// Reads a small block as it is stored, with its header, and checks it against that.
    private void readSmall(Copy copy, Block target, Pace pace) {
        var place = copy.place;
        pace.await(place.storedBytes());
        long header = place.offset() - BlockLayout.HEADER_BYTES;
        if (header < PageLayout.BYTES) {
            throw copy.corrupt("a block must not begin within the segment header");
        }
        long start = PageLayout.roundDown(header);
        long end = PageLayout.roundUp(place.offset() + place.storedBytes());
        try (Loan loan = transfers.borrow()) {
            MemorySegment pages = loan.buffer().asSlice(0, end - start);
            transfers.read(copy.segment.file(), start, pages);
            var found = BlockLayout
                    .decode(pages, header - start, copy.segment.identity(), header)
                    .map(Entry::info)
                    .filter(stored -> isOf(stored, copy))
                    .orElseThrow(() -> copy.corrupt("its header is another or damaged"));
            MemorySegment content = pages.asSlice(place.offset() - start, place.storedBytes());
            if (Crc32c.of(content) != found.crc32c()) {
                throw copy.corrupt("the content does not match its checksum");
            }
            if (copy.isCompressed()) {
                expand(copy, content, target);
            } else {
                target.copyIn(0, content);
            }
        }
    }

    /// Whether a header may be that of a copy. The checksum of what is compressed is known only
    /// to it.
    private static boolean isOf(BlockInfo stored, Copy copy) {
        return copy.isCompressed()
                ? stored.id() == copy.info.id()
                        && stored.lengthBytes() == copy.place.storedBytes()
                : stored.equals(copy.info);
    }
}

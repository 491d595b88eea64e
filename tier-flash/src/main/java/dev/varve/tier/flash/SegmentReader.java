package dev.varve.tier.flash;

import dev.varve.bytes.Crc32c;
import dev.varve.env.DiskFile;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.flash.FooterLayout.Trailer;
import dev.varve.tier.flash.HeaderLayout.Identity;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Finds the blocks of a segment that is not written to any more.
///
/// Confined to its thread.
final class SegmentReader {
    private final Identity identity;
    private final DiskFile file;
    private final Transfers transfers;
    private final MemorySegment buffer;
    private final long sizeBytes;
    private long bufferStart;
    private long bufferEnd;
    private int unreadable;

    /// @param buffer borrowed until the last use of this object; at least 64 KiB
    SegmentReader(Identity identity, DiskFile file, Transfers transfers, MemorySegment buffer) {
        this.identity = identity;
        this.file = file;
        this.transfers = transfers;
        this.buffer = buffer;
        this.sizeBytes = PageLayout.roundDown(file.sizeBytes());
    }

    /// What the footer says, if the segment has a sound one.
    Optional<List<Entry>> directory() {
        Optional<Trailer> trailer = trailer();
        if (trailer.isEmpty()) {
            return Optional.empty();
        }
        long start = trailer.get().directoryOffset();
        long end = start + (long) trailer.get().count() * FooterLayout.ENTRY_BYTES;
        if (crcOf(start, end) != trailer.get().directoryCrc()) {
            return Optional.empty();
        }
        List<Entry> entries = new ArrayList<>(trailer.get().count());
        for (long at = start; at < end; at += FooterLayout.ENTRY_BYTES) {
            entries.add(FooterLayout.decodeEntry(bytes(at, FooterLayout.ENTRY_BYTES),
                    identity.number()));
        }
        return Optional.of(entries);
    }

    /// Whether the last page of the file is that of a sealed segment.
    boolean hasTrailer() {
        return trailer().isPresent();
    }

    /// Goes through the file and finds block headers. Where the next one must be after a sound one
    /// is known; behind a hole each multiple of 8 bytes is tried.
    List<Entry> search() {
        List<Entry> entries = new ArrayList<>();
        Deque<Entry> apart = new ArrayDeque<>();
        long at = PageLayout.BYTES;
        while (at + BlockLayout.HEADER_BYTES <= sizeBytes) {
            if (!apart.isEmpty() && at >= apart.peek().place().offset()) {
                Entry passed = apart.remove();
                at = Math.max(at, PageLayout.roundUp(contentEnd(passed)));
                continue;
            }
            MemorySegment bytes = bytes(at, BlockLayout.HEADER_BYTES);
            Optional<Entry> found = BlockLayout.decode(bytes, 0, identity, at);
            if (found.isEmpty()) {
                at += BlockLayout.ALIGNMENT;
                continue;
            }
            Entry entry = found.get();
            if (contentEnd(entry) > sizeBytes) {
                unreadable++;
            } else {
                entries.add(entry);
                if (BlockLayout.liesApart(entry.info().lengthBytes())) {
                    apart.add(entry);
                }
            }
            at += BlockLayout.packedBytes(entry.info().lengthBytes());
        }
        return entries;
    }

    /// How many blocks [#search] found whose content is missing.
    int unreadable() {
        return unreadable;
    }

    /// Whether the content of a block is what its entry says.
    boolean isIntact(Entry entry) {
        return contentEnd(entry) <= sizeBytes
                && crcOf(entry.place().offset(), contentEnd(entry)) == entry.info().crc32c();
    }

    private Optional<Trailer> trailer() {
        if (sizeBytes < 2 * PageLayout.BYTES) {
            return Optional.empty();
        }
        MemorySegment page = bytes(sizeBytes - PageLayout.BYTES, PageLayout.BYTES);
        if (PageLayout.check(page, FooterLayout.MAGIC) != PageLayout.State.GOOD) {
            return Optional.empty();
        }
        Trailer trailer = FooterLayout.decodeTrailer(page);
        boolean ours = trailer.number() == identity.number() && trailer.salt() == identity.salt()
                && trailer.directoryOffset() >= PageLayout.BYTES && trailer.count() >= 0
                && trailer.directoryOffset() + FooterLayout.bytes(trailer.count()) == sizeBytes;
        return ours ? Optional.of(trailer) : Optional.empty();
    }

    private int crcOf(long start, long end) {
        var crc = new Crc32c();
        for (long at = start; at < end; at += PageLayout.BYTES) {
            crc.update(bytes(at, (int) Math.min(PageLayout.BYTES, end - at)));
        }
        return crc.value();
    }

    private static long contentEnd(Entry entry) {
        return entry.place().offset() + entry.info().lengthBytes();
    }

    /// Some bytes of the file, valid until the next call.
    private MemorySegment bytes(long offset, int count) {
        if (offset < bufferStart || offset + count > bufferEnd) {
            bufferStart = PageLayout.roundDown(offset);
            bufferEnd = Math.min(sizeBytes, bufferStart + buffer.byteSize());
            transfers.read(file, bufferStart, buffer.asSlice(0, bufferEnd - bufferStart));
        }
        return buffer.asSlice(offset - bufferStart, count);
    }
}

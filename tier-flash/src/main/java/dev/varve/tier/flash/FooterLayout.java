package dev.varve.tier.flash;

import static dev.varve.tier.flash.LittleEndian.U32;
import static dev.varve.tier.flash.LittleEndian.U64;

import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import dev.varve.tier.SegmentTier.Entry;
import java.lang.foreign.MemorySegment;

/// The end of a sealed segment: the directory of its blocks, padded to a page, and a last page that
/// says where the directory is; see [PageLayout] for that page's frame.
///
///     last page                               each block, 24 bytes
///     8   u32  segment number                 0   u64  block id
///     12  u32  number of blocks               8   u32  offset of the content
///     16  u64  salt                           12  u32  length of the content
///     24  u64  offset of the directory        16  u32  CRC32C of the content
///     32  u32  CRC32C of the directory        20  u32  zero
final class FooterLayout {
    static final int MAGIC = 0x444e4556; // "VEND"
    static final int ENTRY_BYTES = 24;

    /// What the last page says.
    record Trailer(int number, int count, long salt, long directoryOffset, int directoryCrc) {}

    private FooterLayout() {}

    /// What the footer of a segment with this many blocks takes.
    static long bytes(long count) {
        return PageLayout.roundUp(count * ENTRY_BYTES) + PageLayout.BYTES;
    }

    static void encodeEntry(MemorySegment target, Entry entry) {
        target.set(U64, 0, entry.info().id());
        target.set(U32, 8, (int) entry.place().offset());
        target.set(U32, 12, entry.info().lengthBytes());
        target.set(U32, 16, entry.info().crc32c());
        target.set(U32, 20, 0);
    }

    static Entry decodeEntry(MemorySegment source, int segment) {
        var info = new BlockInfo(source.get(U64, 0), source.get(U32, 12), source.get(U32, 16));
        return new Entry(info, new Place(segment, source.get(U32, 8), info.lengthBytes()));
    }

    static void encodeTrailer(MemorySegment page, Trailer trailer) {
        PageLayout.begin(page, MAGIC);
        page.set(U32, 8, trailer.number());
        page.set(U32, 12, trailer.count());
        page.set(U64, 16, trailer.salt());
        page.set(U64, 24, trailer.directoryOffset());
        page.set(U32, 32, trailer.directoryCrc());
        PageLayout.finish(page);
    }

    /// @param page one that [PageLayout#check] found good
    static Trailer decodeTrailer(MemorySegment page) {
        return new Trailer(page.get(U32, 8), page.get(U32, 12), page.get(U64, 16),
                page.get(U64, 24),
                page.get(U32, 32));
    }
}

package dev.varve.tier.flash;

import static dev.varve.tier.flash.LittleEndian.U16;
import static dev.varve.tier.flash.LittleEndian.U32;
import static dev.varve.tier.flash.LittleEndian.U64;

import dev.varve.bytes.Crc32c;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import dev.varve.tier.SegmentTier.Entry;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The header of a block, at a multiple of 8 bytes.
///
///     0   u32  magic
///     4   u16  version
///     6   u16  zero
///     8   u64  block id
///     16  u32  length of the content
///     20  u32  CRC32C of the content
///     24  u32  offset of the content in the segment file
///     28  u32  CRC32C of the bytes before, the segment's salt (u64), this header's offset (u64)
final class BlockLayout {
    static final int HEADER_BYTES = 32;
    static final int ALIGNMENT = 8;
    /// Blocks from this length on lie apart from their headers, on pages of their own.
    static final int APART_BYTES = 64 << 10;
    private static final int MAGIC = 0x4b4c4256; // "VBLK"
    private static final int ID = 8;
    private static final int LENGTH = 16;
    private static final int CRC = 20;
    private static final int CONTENT = 24;
    private static final int HEADER_CRC = 28;

    private BlockLayout() {}

    static boolean liesApart(int lengthBytes) {
        return lengthBytes >= APART_BYTES;
    }

    /// Bytes that a header, and the content if it follows, take up to the next header.
    static long packedBytes(int lengthBytes) {
        return HEADER_BYTES + (liesApart(lengthBytes) ? 0 : alignUp(lengthBytes));
    }

    static long alignUp(long bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// @param target the 32 bytes of the header
    /// @param offset where the header lies in the file
    static void encode(
            MemorySegment target,
            BlockInfo info,
            long contentOffset,
            long salt,
            long offset) {
        target.set(U32, 0, MAGIC);
        target.set(U16, 4, (short) PageLayout.VERSION);
        target.set(U16, 6, (short) 0);
        target.set(U64, ID, info.id());
        target.set(U32, LENGTH, info.lengthBytes());
        target.set(U32, CRC, info.crc32c());
        target.set(U32, CONTENT, (int) contentOffset);
        target.set(U32, HEADER_CRC, headerCrc(target, salt, offset));
    }

    /// Reads a header if there is a sound one.
    ///
    /// @param source bytes of the file, the header at `at`
    /// @param offset where the header lies in the file
    static Optional<Entry> decode(
            MemorySegment source,
            long at,
            HeaderLayout.Identity segment,
            long offset) {
        if (source.get(U32, at) != MAGIC) {
            return Optional.empty();
        }
        MemorySegment header = source.asSlice(at, HEADER_BYTES);
        if (header.get(U32, HEADER_CRC) != headerCrc(header, segment.salt(), offset)) {
            return Optional.empty();
        }
        long id = header.get(U64, ID);
        int length = header.get(U32, LENGTH);
        long content = header.get(U32, CONTENT);
        boolean placed = liesApart(length)
                ? content > offset && content % PageLayout.BYTES == 0
                : content == offset + HEADER_BYTES;
        if (id < 1 || length < 0 || !placed) {
            return Optional.empty();
        }
        var info = new BlockInfo(id, length, header.get(U32, CRC));
        return Optional.of(new Entry(info, new Place(segment.number(), content, length)));
    }

    private static int headerCrc(MemorySegment header, long salt, long offset) {
        var crc = new Crc32c();
        crc.update(header.asSlice(0, HEADER_CRC));
        crc.updateLong(salt);
        crc.updateLong(offset);
        return crc.value();
    }
}

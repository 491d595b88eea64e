package dev.varve.tier.flash;

import static dev.varve.tier.flash.LittleEndian.U16;
import static dev.varve.tier.flash.LittleEndian.U32;

import dev.varve.bytes.Crc32c;
import java.lang.foreign.MemorySegment;

/// A page of 4 KiB with a magic number in front, a checksum in its last four bytes, and zeros where
/// nothing is said. True for all versions of the format, so that an old program can tell a newer
/// page from a damaged one.
///
///     0     u32  magic
///     4     u16  version
///     6          ...
///     4092  u32  CRC32C of the bytes before
final class PageLayout {
    static final int BYTES = 4096;
    static final int VERSION = 1;
    private static final int CRC_AT = BYTES - 4;

    /// What a page turned out to be.
    enum State {
        GOOD,
        NEWER,
        DAMAGED
    }

    private PageLayout() {}

    /// Clears a page and writes what all pages have in common, but the checksum.
    static void begin(MemorySegment page, int magic) {
        page.fill((byte) 0);
        page.set(U32, 0, magic);
        page.set(U16, 4, (short) VERSION);
    }

    /// Writes the checksum, last of all.
    static void finish(MemorySegment page) {
        page.set(U32, CRC_AT, Crc32c.of(page.asSlice(0, CRC_AT)));
    }

    static State check(MemorySegment page, int magic) {
        if (page.get(U32, 0) != magic
                || page.get(U32, CRC_AT) != Crc32c.of(page.asSlice(0, CRC_AT))) {
            return State.DAMAGED;
        }
        return version(page) > VERSION ? State.NEWER : State.GOOD;
    }

    static int version(MemorySegment page) {
        return page.get(U16, 4) & 0xffff;
    }

    /// The next multiple of 4096.
    static long roundUp(long bytes) {
        return (bytes + BYTES - 1) & -BYTES;
    }

    /// The last multiple of 4096.
    static long roundDown(long bytes) {
        return bytes & -BYTES;
    }
}

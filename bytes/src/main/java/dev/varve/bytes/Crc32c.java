package dev.varve.bytes;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// CRC-32C (Castagnoli, RFC 3720 section 12.1) over memory segments of any length.
///
/// Confined to its thread.
public final class Crc32c {
    private static final long MAX_VIEW_BYTES = 1 << 30;

    private final CRC32C crc = new CRC32C();

    /// The checksum of one segment (borrowed).
    public static int of(MemorySegment bytes) {
        var crc = new Crc32c();
        crc.update(bytes);
        return crc.value();
    }

    /// Adds all bytes of a segment (borrowed).
    public void update(MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += MAX_VIEW_BYTES) {
            long length = Math.min(MAX_VIEW_BYTES, bytes.byteSize() - at);
            crc.update(bytes.asSlice(at, length).asByteBuffer());
        }
    }

    /// Adds a little-endian 64-bit number.
    public void updateLong(long value) {
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            crc.update((int) (value >>> shift) & 0xff);
        }
    }

    /// The checksum of everything added so far.
    public int value() {
        return (int) crc.getValue();
    }
}

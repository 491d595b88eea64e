package dev.varve.door.s3;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Checksum;

/// CRC-64/NVME (NVM Command Set Specification, section 5.2.1.3.4), eight bytes a step.
///
/// Tables after Kounavis and Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC
/// Generation", 2008.
///
/// Confined to its thread.
final class Crc64Nvme implements Checksum {
    /// The polynomial, bits reversed.
    static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    private static final int STRIDE = Long.BYTES;
    private static final long[][] TABLES = tables();

    private long crc = ~0L;

    @Override
    public void update(int b) {
        crc = TABLES[0][(int) (crc ^ b) & 0xff] ^ crc >>> 8;
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        update(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public void update(ByteBuffer source) {
        var bytes = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long c = crc;
        int at = bytes.position();
        int end = bytes.limit();
        for (; end - at >= STRIDE; at += STRIDE) {
            long word = bytes.getLong(at) ^ c;
            c = TABLES[7][(int) word & 0xff]
                    ^ TABLES[6][(int) (word >>> 8) & 0xff]
                    ^ TABLES[5][(int) (word >>> 16) & 0xff]
                    ^ TABLES[4][(int) (word >>> 24) & 0xff]
                    ^ TABLES[3][(int) (word >>> 32) & 0xff]
                    ^ TABLES[2][(int) (word >>> 40) & 0xff]
                    ^ TABLES[1][(int) (word >>> 48) & 0xff]
                    ^ TABLES[0][(int) (word >>> 56)];
        }
        for (; at < end; at++) {
            c = TABLES[0][(int) (c ^ bytes.get(at)) & 0xff] ^ c >>> 8;
        }
        crc = c;
        source.position(source.limit());
    }

    @Override
    public long getValue() {
        return ~crc;
    }

    @Override
    public void reset() {
        crc = ~0L;
    }

    private static long[][] tables() {
        var tables = new long[STRIDE][256];
        for (int i = 0; i < 256; i++) {
            long c = i;
            for (int bit = 0; bit < 8; bit++) {
                c = (c & 1) != 0 ? c >>> 1 ^ POLYNOMIAL : c >>> 1;
            }
            tables[0][i] = c;
        }
        for (int t = 1; t < STRIDE; t++) {
            for (int i = 0; i < 256; i++) {
                long c = tables[t - 1][i];
                tables[t][i] = tables[0][(int) c & 0xff] ^ c >>> 8;
            }
        }
        return tables;
    }
}

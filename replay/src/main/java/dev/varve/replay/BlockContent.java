package dev.varve.replay;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What the bytes of a block must be, so that every returned byte can be checked without keeping
/// any.
///
/// The content follows from the block's id alone: a Weyl sequence of 64-bit words that starts
/// somewhere else for each id, with its high bits folded onto the low ones. Two blocks differ, no
/// word comes twice in a block, no compressor finds anything, and it runs at memory speed.
final class BlockContent {
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private BlockContent() {}

    /// Fills a buffer (borrowed) from its start to its limit; its position does not matter or
    /// change.
    static void fill(long id, ByteBuffer target) {
        var words = target.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int whole = target.limit() & -Long.BYTES;
        long state = Mix.of(id);
        for (int at = 0; at < whole; at += Long.BYTES) {
            words.putLong(at, state ^ state >>> 29);
            state += STEP;
        }
        long last = state ^ state >>> 29;
        for (int at = whole; at < target.limit(); at++) {
            words.put(at, (byte) (last >>> ((at - whole) * Byte.SIZE)));
        }
    }

    /// Counts the bytes that are not what they must be, from a buffer's start (borrowed, unchanged)
    /// to its limit.
    static long wrongBytes(long id, ByteBuffer actual) {
        var words = actual.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int whole = actual.limit() & -Long.BYTES;
        long state = Mix.of(id);
        long wrong = 0;
        for (int at = 0; at < whole; at += Long.BYTES) {
            long difference = words.getLong(at) ^ state ^ state >>> 29;
            if (difference != 0) {
                wrong += nonZeroBytes(difference);
            }
            state += STEP;
        }
        long last = state ^ state >>> 29;
        for (int at = whole; at < actual.limit(); at++) {
            wrong += words.get(at) == (byte) (last >>> ((at - whole) * Byte.SIZE)) ? 0 : 1;
        }
        return wrong;
    }

    private static int nonZeroBytes(long word) {
        int count = 0;
        for (long rest = word; rest != 0; rest >>>= Byte.SIZE) {
            count += (rest & 0xff) == 0 ? 0 : 1;
        }
        return count;
    }
}

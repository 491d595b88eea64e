package dev.varve.client.local;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Requests as `docs/local-protocol.md` draws them, written into memory off the heap. All numbers
/// are little-endian.
///
/// Confined to one thread at a time.
final class Requests {
    static final ValueLayout.OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt U32 = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static final int HEADER_BYTES = 8;
    static final int HELLO_ANSWER_BYTES = 40;
    static final int MAX_KEY_BYTES = 4096;
    static final int MAX_KEYS = 256;

    /// The longest request but for a PUT's value.
    static final int MAX_BYTES = HEADER_BYTES + (64 << 10);

    static final byte HELLO = 1;
    static final byte GET = 2;
    static final byte RELEASE = 3;
    static final byte EXISTS = 4;
    static final byte PUT = 5;
    static final byte READ = 6;

    private static final byte[] MAGIC = "VARVELOC".getBytes(StandardCharsets.US_ASCII);
    private static final short VERSION = 1;

    private final MemorySegment out;
    private int at;

    /// @param out at least [#MAX_BYTES] long; stays the caller's
    Requests(MemorySegment out) {
        this.out = out;
    }

    MemorySegment hello(String user, String password) {
        var name = user.getBytes(StandardCharsets.UTF_8);
        var word = password.getBytes(StandardCharsets.UTF_8);
        begin(HELLO);
        bytes(MAGIC);
        u16(VERSION);
        u16(name.length);
        u16(word.length);
        u16(0);
        bytes(name);
        bytes(word);
        return end();
    }

    /// A request about keys.
    ///
    /// @throws IllegalArgumentException if they do not fit one request
    MemorySegment about(byte kind, List<byte[]> keys) {
        if (keys.isEmpty() || keys.size() > MAX_KEYS) {
            throw new IllegalArgumentException(
                    "the count of keys (" + keys.size() + ") must be from 1 to " + MAX_KEYS);
        }
        begin(kind);
        u16(keys.size());
        u16(0);
        for (var key : keys) {
            check(key);
            if (at + Short.BYTES + key.length > MAX_BYTES) {
                throw new IllegalArgumentException("these keys are too long for one request");
            }
            u16(key.length);
            bytes(key);
        }
        return end();
    }

    MemorySegment release(long handle) {
        begin(RELEASE);
        u16(1);
        u16(0);
        out.set(U64, at, handle);
        at += Long.BYTES;
        return end();
    }

    /// What comes before a value.
    MemorySegment put(byte[] key, long valueBytes) {
        check(key);
        begin(PUT);
        u16(key.length);
        u16(0);
        bytes(key);
        var head = end();
        head.set(U32, 4, (int) (at - HEADER_BYTES + valueBytes));
        return head;
    }

    private static void check(byte[] key) {
        if (key.length < 1 || key.length > MAX_KEY_BYTES) {
            throw new IllegalArgumentException("the length of a key (" + key.length
                    + ") must be from 1 to " + MAX_KEY_BYTES);
        }
    }

    private void begin(byte kind) {
        out.set(U32, 0, kind);
        at = HEADER_BYTES;
    }

    private MemorySegment end() {
        out.set(U32, 4, at - HEADER_BYTES);
        return out.asSlice(0, at);
    }

    private void u16(int number) {
        if (number > 0xffff) {
            throw new IllegalArgumentException(number + " must be less than 65536");
        }
        out.set(U16, at, (short) number);
        at += Short.BYTES;
    }

    private void bytes(byte[] source) {
        MemorySegment.copy(source, 0, out, JAVA_BYTE, at, source.length);
        at += source.length;
    }
}

package dev.varve.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// GET, SET and EXISTS exactly as LMCache's native Redis connector speaks RESP2: keys as it writes
/// them, and each answer compared with the bytes that the connector counts on. It reads five bytes
/// after a SET, four after an EXISTS, and the head of a value of the one length that all values
/// have; whatever else a server sends, right as it may be, breaks the real connector.
///
/// Confined to its loop.
public final class LmCacheDialect implements Dialect {
    private static final byte[] STORED = bytes("+OK\r\n");
    private static final byte[] PRESENT = bytes(":1\r\n");
    private static final byte[] ABSENT = bytes(":0\r\n");
    private static final byte[] NIL = bytes("$-1\r\n");
    private static final byte[] LINE_END = bytes("\r\n");
    /// Model, rank and object group; the hash of the chunk follows.
    private static final String KEY_PREFIX = "meta-llama/Llama-3.1-8B-Instruct@00000000@0@";
    private static final int HASH_DIGITS = 64;
    private static final int KEY_DIGITS = 16;
    private static final byte[] DIGITS = bytes("0123456789abcdef");
    private static final int SAID_CHARS = 80;

    private final byte[] question;
    private final byte[] found;
    private final byte[] missing;
    private final Head foundHead;
    private final long firstKey;

    private LmCacheDialect(
            String command,
            byte[] found,
            byte[] missing,
            Head foundHead,
            long firstKey) {
        question = bytes("*2\r\n$" + command.length() + "\r\n" + command + "\r\n" + key());
        this.found = found;
        this.missing = missing;
        this.foundHead = foundHead;
        this.firstKey = firstKey;
    }

    /// A dialect that gets values by GET.
    ///
    /// @param valueBytes the one length of all values
    public static LmCacheDialect loads(int valueBytes) {
        return new LmCacheDialect("GET", bytes("$" + valueBytes + "\r\n"), NIL,
                new Head(Kind.VALUE, valueBytes, LINE_END.length), 0);
    }

    /// A dialect that only asks whether keys are there, by EXISTS.
    ///
    /// @param firstKey added to each key's number
    public static LmCacheDialect lookups(long firstKey) {
        return new LmCacheDialect("EXISTS", PRESENT, ABSENT, new Head(Kind.PRESENT, 0, 0),
                firstKey);
    }

    @Override
    public void get(ByteBuffer out, long key) {
        out.put(question);
        hash(out, key);
    }

    @Override
    public void put(ByteBuffer out, long key, long valueBytes) {
        Lines.write(out, "*3\r\n$3\r\nSET\r\n" + key());
        hash(out, key);
        Lines.write(out, "$" + valueBytes + "\r\n");
    }

    @Override
    public byte[] putTail() {
        return LINE_END;
    }

    @Override
    public Head head(ByteBuffer in, boolean put) {
        if (put) {
            return answer(in, STORED, new Head(Kind.DONE, 0, 0), STORED);
        }
        return answer(in, found, foundHead, missing);
    }

    private static Head answer(ByteBuffer in, byte[] yes, Head yesHead, byte[] no) {
        if (begins(in, yes)) {
            return in.remaining() < yes.length ? Head.INCOMPLETE : skip(in, yes, yesHead);
        }
        if (begins(in, no)) {
            return in.remaining() < no.length
                    ? Head.INCOMPLETE
                    : skip(in, no, new Head(Kind.MISS, 0, 0));
        }
        // Nobody can tell where such an answer ends.
        var said = new byte[Math.min(SAID_CHARS, in.remaining())];
        in.get(said).position(in.limit());
        return Head.failed(new String(said, StandardCharsets.ISO_8859_1).strip(), 0);
    }

    private static Head skip(ByteBuffer in, byte[] answer, Head head) {
        in.position(in.position() + answer.length);
        return head;
    }

    /// Whether as much of `answer` as has come is what was expected.
    private static boolean begins(ByteBuffer in, byte[] answer) {
        for (int i = 0; i < Math.min(answer.length, in.remaining()); i++) {
            if (in.get(in.position() + i) != answer[i]) {
                return false;
            }
        }
        return true;
    }

    /// The key's number, in hexadecimal, at the end of a hash of zeros.
    private void hash(ByteBuffer out, long key) {
        for (int shift = (KEY_DIGITS - 1) * 4; shift >= 0; shift -= 4) {
            out.put(DIGITS[(int) ((firstKey + key) >>> shift) & 0xf]);
        }
        out.put(LINE_END);
    }

    /// Begins a key: its length, and all of it that no key's number changes.
    private static String key() {
        return "$" + (KEY_PREFIX.length() + HASH_DIGITS) + "\r\n" + KEY_PREFIX
                + "0".repeat(HASH_DIGITS - KEY_DIGITS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}

package dev.varve.bench.load;

import java.nio.ByteBuffer;

/// How one protocol says "get this key" and "put this value", and how it answers. Every value
/// begins with a stamp of [#STAMP_BYTES], so that an answer to another question is noticed.
///
/// Confined to the loop that it was made for.
public interface Dialect {
    /// Length of the stamp at the beginning of each value: the key's number, big-endian.
    int STAMP_BYTES = Long.BYTES;

    /// The longest request without its value, and the longest head of a reply.
    int MAX_HEAD_BYTES = 4096;

    /// What a reply is before its content.
    enum Kind {
        /// More bytes are needed to tell.
        INCOMPLETE,
        /// The put was acknowledged.
        DONE,
        /// A value follows.
        VALUE,
        /// The key is there; no value follows.
        PRESENT,
        /// There is no such key.
        MISS,
        /// Anything else.
        FAILED
    }

    /// The head of a reply.
    ///
    /// @param contentBytes length of what follows
    /// @param tailBytes    length of what ends the reply after the content
    /// @param said         the first line of a reply that failed; else empty
    record Head(Kind kind, long contentBytes, int tailBytes, String said) {
        static final Head INCOMPLETE = new Head(Kind.INCOMPLETE, 0, 0);

        Head(Kind kind, long contentBytes, int tailBytes) {
            this(kind, contentBytes, tailBytes, "");
        }

        static Head failed(String said, long contentBytes) {
            return new Head(Kind.FAILED, contentBytes, 0, said);
        }

        /// The head of an answer to a put, which is its first line.
        static Head ofPut(boolean done, String said) {
            return done ? new Head(Kind.DONE, 0, 0) : failed(said, 0);
        }
    }

    /// Writes a whole request for a key's value to `out` (borrowed).
    void get(ByteBuffer out, long key);

    /// Writes to `out` (borrowed) what precedes the value of `valueBytes` bytes.
    void put(ByteBuffer out, long key, long valueBytes);

    /// What follows the value of a put; not to be changed.
    byte[] putTail();

    /// Reads the head of a reply from `in` (borrowed), which is left behind the head, or where it
    /// was if the head is incomplete.
    Head head(ByteBuffer in, boolean put);
}

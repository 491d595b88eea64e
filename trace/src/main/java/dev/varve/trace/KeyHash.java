package dev.varve.trace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/// Stands numbers for keys, so that nobody without the secret can tell which key a number stands
/// for: SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012,
/// section 2) with a secret of 128 bits.
///
/// The same numbers choose the sample: a key is in it if its number is below a threshold, so all
/// accesses to a key are, or none (SHARDS: Waldspurger et al., FAST 2015, section 3.1).
///
/// Immutable.
public final class KeyHash {
    private static final VarHandle WORD = MethodHandles
            .byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long secret0;
    private final long secret1;

    KeyHash(long secret0, long secret1) {
        this.secret0 = secret0;
        this.secret1 = secret1;
    }

    /// With a secret of its own, which nothing ever shows.
    ///
    /// @param random unpredictable
    public static KeyHash secret(RandomGenerator random) {
        return new KeyHash(random.nextLong(), random.nextLong());
    }

    /// The number of a key in a bucket.
    ///
    /// @param key borrowed
    public long of(int bucket, byte[] key) {
        // The bucket is part of the secret's input by taking the place of a first word.
        return hash(true, bucket, key);
    }

    /// SipHash of plain bytes.
    long of(byte[] bytes) {
        return hash(false, 0, bytes);
    }

    /// Whether a number belongs to a sample of so many of all keys.
    ///
    /// @param rate 0 to 1
    public static boolean isSampled(long hash, double rate) {
        // 53 bits are what a double holds exactly.
        return (hash >>> 11) * 0x1p-53 < rate;
    }

    private long hash(boolean hasFirst, long first, byte[] bytes) {
        var state = new State(secret0, secret1);
        int length = bytes.length;
        if (hasFirst) {
            state.take(first);
            length += Long.BYTES;
        }
        int whole = bytes.length & -Long.BYTES;
        for (int at = 0; at < whole; at += Long.BYTES) {
            state.take((long) WORD.get(bytes, at));
        }
        long last = (long) length << 56;
        for (int at = whole; at < bytes.length; at++) {
            last |= (bytes[at] & 0xffL) << ((at - whole) * Byte.SIZE);
        }
        state.take(last);
        return state.end();
    }

    /// The four words of the paper.
    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long secret0, long secret1) {
            v0 = secret0 ^ 0x736f6d6570736575L;
            v1 = secret1 ^ 0x646f72616e646f6dL;
            v2 = secret0 ^ 0x6c7967656e657261L;
            v3 = secret1 ^ 0x7465646279746573L;
        }

        void take(long word) {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
        }

        long end() {
            v2 ^= 0xff;
            for (int i = 0; i < 4; i++) {
                round();
            }
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}

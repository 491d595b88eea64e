package dev.varve.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// The name of an object in its bucket: up to 4096 bytes of any value. Ordered as unsigned bytes.
///
/// Immutable.
public final class ObjectKey implements Comparable<ObjectKey> {
    /// The longest key. Doors may allow less.
    public static final int MAX_BYTES = 4096;

    /// The empty key: a prefix of all others, and no object's name.
    public static final ObjectKey EMPTY = new ObjectKey(new byte[0]);

    private final byte[] bytes;
    private final int hash;

    private ObjectKey(byte[] bytes) {
        this.bytes = bytes;
        this.hash = mix(Arrays.hashCode(bytes));
    }

    /// @param bytes owned by the key from now on; the caller must not change it
    ///
    /// @throws IllegalArgumentException if there are more than [#MAX_BYTES]
    public static ObjectKey of(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "key length (" + bytes.length + ") must be at most " + MAX_BYTES + " bytes");
        }
        return new ObjectKey(bytes);
    }

    public static ObjectKey of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The bytes, borrowed: the caller must not change them.
    public byte[] bytes() {
        return bytes;
    }

    public boolean startsWith(ObjectKey prefix) {
        return bytes.length >= prefix.bytes.length
                && Arrays.equals(bytes, 0, prefix.bytes.length, prefix.bytes, 0,
                        prefix.bytes.length);
    }

    /// The least key above this one.
    ObjectKey successor() {
        return new ObjectKey(Arrays.copyOf(bytes, bytes.length + 1));
    }

    /// The key as UTF-8 text; bytes that are none become replacement characters.
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(ObjectKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectKey key
                && key.hash == hash
                && Arrays.equals(key.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return text();
    }

    /// Stands for this key in this bucket where it is too long to be kept: two share one about once
    /// in 2^64 pairs.
    long fingerprint(int bucket) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (((long) hash << 32) | crc.getValue()) * 31 + bucket;
    }

    private static int mix(int h) {
        int m = h * 0x9E3779B9;
        return m ^ (m >>> 15);
    }
}

package dev.varve.checks.crash;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/// The bytes of each version of each key: they follow from the two, so that a value that is read
/// says what it claims to be, and can be compared to the last byte with what it should be.
///
///     0   key's number   8 bytes, big-endian
///     8   version        8 bytes
///     16  noise from a generator that is seeded with both; of odd versions the same 256 bytes of
///         it again and again, which can be compressed
///
/// Immutable.
final class Content {
    private static final int HEADER_BYTES = 2 * Long.BYTES;
    private static final int PERIOD = 256;

    private Content() {}

    /// The value of a version.
    static byte[] of(long key, long version) {
        var random = new SplittableRandom(key * 0x9E3779B97F4A7C15L + version);
        var bytes = new byte[lengthBytes(random)];
        random.nextBytes(bytes);
        for (int i = PERIOD; i < bytes.length && version % 2 != 0; i++) {
            bytes[i] = bytes[i - PERIOD];
        }
        ByteBuffer.wrap(bytes).putLong(key).putLong(version);
        return bytes;
    }

    /// The version that a value is of.
    ///
    /// @throws Violation if the value is not exactly what some version of the key is
    static long versionOf(long key, byte[] value) throws Violation {
        if (value.length < HEADER_BYTES) {
            throw new Violation("key " + key + " has a value of " + value.length + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(value);
        long foundKey = header.getLong();
        long version = header.getLong();
        if (foundKey != key) {
            throw new Violation("key " + key + " has a value of key " + foundKey);
        }
        byte[] expected = of(key, version);
        if (!Arrays.equals(expected, value)) {
            throw new Violation("key " + key + " version " + version + " has wrong bytes from "
                    + Arrays.mismatch(expected, value) + " on; it has " + value.length
                    + " bytes and should have " + expected.length);
        }
        return version;
    }

    /// Mostly small, some of several blocks.
    private static int lengthBytes(SplittableRandom random) {
        int percent = random.nextInt(100);
        if (percent < 60) {
            return random.nextInt(HEADER_BYTES, 64 << 10);
        }
        if (percent < 90) {
            return random.nextInt(64 << 10, 1 << 20);
        }
        return random.nextInt(1 << 20, 7 << 20);
    }
}

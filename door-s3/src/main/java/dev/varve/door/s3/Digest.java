package dev.varve.door.s3;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.Checksum;

/// A running checksum over bytes.
///
/// Confined to its thread.
sealed interface Digest {

    /// Adds bytes.
    ///
    /// @param bytes borrowed; its position stays
    void update(ByteBuffer bytes);

    /// The checksum of all bytes, big-endian where it is a number. Ends the digest.
    byte[] value();

    /// A digest of the JDK: MD5, SHA-1 or SHA-256.
    static Digest of(String algorithm) {
        try {
            return new Hash(MessageDigest.getInstance(algorithm));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JDK must have " + algorithm, e);
        }
    }

    static Digest of(Checksum checksum, int valueBytes) {
        return new Sum(checksum, valueBytes);
    }

    /// The digest of one piece.
    static byte[] hash(String algorithm, byte[] bytes) {
        var digest = of(algorithm);
        digest.update(ByteBuffer.wrap(bytes));
        return digest.value();
    }

    /// SHA-256 as Signature Version 4 writes it.
    static String sha256Hex(byte[] bytes) {
        return HexFormat.of().formatHex(hash("SHA-256", bytes));
    }

    /// A cryptographic one.
    record Hash(MessageDigest digest) implements Digest {
        @Override
        public void update(ByteBuffer bytes) {
            digest.update(bytes.duplicate());
        }

        @Override
        public byte[] value() {
            return digest.digest();
        }
    }

    /// A CRC.
    record Sum(Checksum checksum, int valueBytes) implements Digest {
        @Override
        public void update(ByteBuffer bytes) {
            checksum.update(bytes.duplicate());
        }

        @Override
        public byte[] value() {
            var whole = ByteBuffer.allocate(Long.BYTES).putLong(checksum.getValue()).array();
            return Arrays.copyOfRange(whole, Long.BYTES - valueBytes, Long.BYTES);
        }
    }
}

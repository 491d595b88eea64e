package dev.varve.door.s3;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/// The object checksums of S3. Values travel as base64.
enum ChecksumAlgorithm {
    CRC32(4),
    CRC32C(4),
    CRC64NVME(8),
    SHA1(20),
    SHA256(32);

    /// Whether a multipart object's checksum is one over all of its bytes or over its parts'
    /// checksums.
    enum Type {
        COMPOSITE,
        FULL_OBJECT
    }

    static final List<ChecksumAlgorithm> ALL = List.of(values());

    private static final String HEADER_PREFIX = "x-amz-checksum-";

    private final int valueBytes;
    private final String headerName;

    ChecksumAlgorithm(int valueBytes) {
        this.valueBytes = valueBytes;
        this.headerName = HEADER_PREFIX + name().toLowerCase(Locale.ROOT);
    }

    static Optional<ChecksumAlgorithm> named(String name) {
        return ALL.stream().filter(a -> a.name().equalsIgnoreCase(name)).findFirst();
    }

    static Optional<ChecksumAlgorithm> ofHeader(String headerName) {
        return ALL.stream().filter(a -> a.headerName.equalsIgnoreCase(headerName)).findFirst();
    }

    /// The header, and the trailer, that carries the value: `x-amz-checksum-crc32` and so on.
    String headerName() {
        return headerName;
    }

    /// The XML element that carries the value.
    String elementName() {
        return "Checksum" + name();
    }

    Digest newDigest() {
        return switch (this) {
            case CRC32 -> Digest.of(new CRC32(), valueBytes);
            case CRC32C -> Digest.of(new CRC32C(), valueBytes);
            case CRC64NVME -> Digest.of(new Crc64Nvme(), valueBytes);
            case SHA1 -> Digest.of("SHA-1");
            case SHA256 -> Digest.of("SHA-256");
        };
    }

    /// What a multipart upload gets that does not ask.
    Type defaultType() {
        return this == CRC64NVME ? Type.FULL_OBJECT : Type.COMPOSITE;
    }

    boolean supports(Type type) {
        return switch (this) {
            case CRC32, CRC32C -> true;
            case CRC64NVME -> type == Type.FULL_OBJECT;
            case SHA1, SHA256 -> type == Type.COMPOSITE;
        };
    }

    /// Whether the text is base64 of a value of this algorithm.
    boolean accepts(String base64) {
        try {
            return Base64.getDecoder().decode(base64).length == valueBytes;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /// The checksum of parts' checksums, with the number of parts behind it.
    ///
    /// @param parts base64 values in the order of the parts
    String composite(List<String> parts) {
        var digest = newDigest();
        for (var part : parts) {
            digest.update(ByteBuffer.wrap(Base64.getDecoder().decode(part)));
        }
        return Base64.getEncoder().encodeToString(digest.value()) + '-' + parts.size();
    }

    /// The checksum of all bytes out of those of its parts. For CRCs only.
    ///
    /// @param parts      base64 values in the order of the parts
    /// @param partsBytes the length of each part
    String fullObject(List<String> parts, List<Long> partsBytes) {
        var combination = switch (this) {
            case CRC32 -> CrcCombination.CRC32;
            case CRC32C -> CrcCombination.CRC32C;
            case CRC64NVME -> CrcCombination.CRC64NVME;
            case SHA1, SHA256 -> throw new IllegalStateException(this + " must be a CRC");
        };
        long crc = 0;
        for (int i = 0; i < parts.size(); i++) {
            crc = combination.combine(crc, number(parts.get(i)), partsBytes.get(i));
        }
        var whole = ByteBuffer.allocate(Long.BYTES).putLong(crc).array();
        return Base64.getEncoder()
                .encodeToString(
                        Arrays.copyOfRange(whole, Long.BYTES - valueBytes, Long.BYTES));
    }

    private long number(String base64) {
        var bytes = Base64.getDecoder().decode(base64);
        var whole = ByteBuffer.allocate(Long.BYTES);
        whole.position(Long.BYTES - bytes.length).put(bytes);
        return whole.getLong(0);
    }
}

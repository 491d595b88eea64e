package dev.varve.tier;

/// What a block is, wherever its copies lie.
///
/// @param id          unique within a store, never reused, at least 1
/// @param lengthBytes length of the content
/// @param crc32c      checksum of the content
///
/// Immutable.
public record BlockInfo(long id, int lengthBytes, int crc32c) {
    public BlockInfo {
        if (id < 1 || lengthBytes < 0) {
            throw new IllegalArgumentException("id " + id + ", length " + lengthBytes);
        }
    }
}

package dev.varve.tier;

/// Where a tier keeps a copy of a block. Only that tier knows what the numbers mean; for everybody
/// else two places are the same or not. A place is never reused for another block.
///
/// @param segment     the tier's segment, at least 1
/// @param offset      position of the content within the segment, in bytes
/// @param storedBytes what the content takes there: its length, or less where it is compressed
///
/// Immutable.
public record Place(int segment, long offset, int storedBytes) {
    public Place {
        if (segment < 1 || offset < 0 || storedBytes < 0) {
            throw new IllegalArgumentException("segment " + segment + ", offset " + offset
                    + ", " + storedBytes + " bytes");
        }
    }

    /// Whether the copy of this block is a compressed one.
    public boolean isCompressed(BlockInfo info) {
        return storedBytes != info.lengthBytes();
    }
}

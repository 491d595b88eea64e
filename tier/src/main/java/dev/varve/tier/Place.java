package dev.varve.tier;

/// Where a tier keeps a copy of a block. Only that tier knows what the numbers mean; for everybody
/// else two places are the same or not. A place is never reused for another block.
///
/// @param segment the tier's segment, at least 1
/// @param offset  position of the content within the segment, in bytes
///
/// Immutable.
public record Place(int segment, long offset) {
    public Place {
        if (segment < 1 || offset < 0) {
            throw new IllegalArgumentException("segment " + segment + ", offset " + offset);
        }
    }
}

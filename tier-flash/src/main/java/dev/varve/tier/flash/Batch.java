package dev.varve.tier.flash;

import dev.varve.tier.Place;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.SegmentTier.Write;
import java.util.ArrayList;
import java.util.List;

/// Blocks that are written together to one contiguous piece of a segment, and how they lie in it:
/// first the headers of all, each followed by its content if that is small, then the large
/// contents.
///
///     page           page                 page ...           page ...
///     +--------------+--------------------+------------------+------------------+
///     | H1 c1 H2 H3  | c3 (cont'd) H4  0  | content 2      0 | content 4      0 |
///     +--------------+--------------------+------------------+------------------+
///       packed: a header each, content      large: 64 KiB and more, straight
///       if below 64 KiB, 8-byte aligned     from the block's memory
///
/// Immutable.
record Batch(List<Write> writes, long packedBytes, long bytes) {

    /// Cuts a list of writes into batches.
    ///
    /// @param maxBytes size that a batch of several blocks keeps below
    /// @param maxCount how many blocks a batch may have
    static List<Batch> cut(List<Write> writes, long maxBytes, int maxCount) {
        List<Batch> batches = new ArrayList<>();
        int first = 0;
        while (first < writes.size()) {
            long packed = 0;
            long large = 0;
            int end = first;
            while (end < writes.size() && end - first < maxCount) {
                int length = writes.get(end).info().lengthBytes();
                long morePacked = packed + BlockLayout.packedBytes(length);
                long moreLarge = large
                        + (BlockLayout.liesApart(length) ? PageLayout.roundUp(length) : 0);
                if (end > first && PageLayout.roundUp(morePacked) + moreLarge > maxBytes) {
                    break;
                }
                packed = morePacked;
                large = moreLarge;
                end++;
            }
            packed = PageLayout.roundUp(packed);
            batches.add(new Batch(writes.subList(first, end), packed, packed + large));
            first = end;
        }
        return batches;
    }

    /// The blocks with their places, if the batch lies at `offset` of a segment.
    List<Entry> entriesAt(int segment, long offset) {
        List<Entry> entries = new ArrayList<>(writes.size());
        long packed = offset;
        long large = offset + packedBytes;
        for (Write write : writes) {
            int length = write.info().lengthBytes();
            boolean apart = BlockLayout.liesApart(length);
            long content = apart ? large : packed + BlockLayout.HEADER_BYTES;
            entries.add(new Entry(write.info(), new Place(segment, content, length)));
            packed += BlockLayout.packedBytes(length);
            large += apart ? PageLayout.roundUp(length) : 0;
        }
        return entries;
    }
}

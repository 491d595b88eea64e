package dev.varve.store;

import java.util.List;

/// What [StoreCheck] found in a folder.
///
/// @param buckets      of both classes, hidden ones included
/// @param objects      in all buckets
/// @param wantedBlocks blocks that the catalog knows
/// @param wantedBytes  content of these
/// @param segments     segment files
/// @param soundBlocks  blocks in the segments that are as they were written, wanted or not
/// @param soundBytes   what these take: their content, or less where they are compressed
/// @param notes        what is unusual and harmless, a line each
/// @param problems     everything that is not as it was written, a line each
///
/// Immutable.
public record StoreReport(
        long buckets,
        long objects,
        long wantedBlocks,
        long wantedBytes,
        long segments,
        long soundBlocks,
        long soundBytes,
        List<String> notes,
        List<String> problems) {
    public StoreReport {
        notes = List.copyOf(notes);
        problems = List.copyOf(problems);
    }

    /// Whether all is as it was written.
    public boolean isGood() {
        return problems.isEmpty();
    }
}

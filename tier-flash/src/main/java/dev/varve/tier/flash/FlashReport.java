package dev.varve.tier.flash;

import java.util.List;

/// What [FlashVerifier] found in a folder.
///
/// @param segments         number of segment files, damaged ones included
/// @param unsealedSegments those that end without a directory, as one does when the process dies
/// @param blocks           number of sound blocks, wanted or not
/// @param contentBytes     the bytes of these
/// @param problems         everything that is not as it was written
///
/// Immutable.
public record FlashReport(
        int segments,
        int unsealedSegments,
        long blocks,
        long contentBytes,
        List<Problem> problems) {
    public FlashReport {
        problems = List.copyOf(problems);
    }

    /// One thing that is wrong.
    ///
    /// @param file name of the segment file
    /// @param text what is wrong, for people
    public record Problem(Finding finding, String file, String text) {}

    /// The kind of a problem.
    public enum Finding {
        /// The first page is not what was written; no block of the file can be used.
        DAMAGED_HEADER,
        /// The file has no block and no sound header: what is left when the process dies while it
        /// creates a segment. The next start deletes it.
        UNFINISHED_FILE,
        /// A newer program wrote the file.
        NEWER_VERSION,
        /// The directory at the end was changed; the blocks were found without it.
        DAMAGED_DIRECTORY,
        /// A block of a sealed segment, or its header, is not what was written.
        DAMAGED_BLOCK,
        /// A block of an unsealed segment is not what its header says. Damage only if the catalog
        /// wants it; otherwise a write that a power failure cut short.
        UNFINISHED_BLOCK,
        /// The device refused to read the file.
        UNREADABLE
    }
}

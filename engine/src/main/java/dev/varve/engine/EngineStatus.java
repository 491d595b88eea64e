package dev.varve.engine;

import java.util.List;

/// The engine in figures, all since it was opened.
///
/// Immutable.
public record EngineStatus(
        List<TierStatus> tiers,
        Reads reads,
        Writes writes,
        Movement movement,
        Promises promises,
        Admissions admissions,
        long corruptBlocks,
        boolean accounted) {

    /// How full a tier is, in bytes, and how many blocks it holds.
    public record TierStatus(String name, long budgetBytes, long usedBytes, long blocks) {}

    /// Opens and heads by outcome, and block bytes handed out by tier.
    public record Reads(
            long hits,
            long misses,
            long memoryBlocks,
            long flashBlocks,
            long memoryBytes,
            long flashBytes) {}

    /// Commits, deletions, and content bytes taken in.
    public record Writes(long commits, long deletes, long bytes) {}

    /// What clients were promised to find again: objects and bytes that are held now, and holds
    /// refused because too much was held.
    public record Promises(long objects, long bytes, long refused) {}

    /// Objects of cache buckets that memory let go, by what became of them.
    ///
    /// @param room            written, because flash had room
    /// @param read            written, because they were read in memory
    /// @param returned        written, because they had been written before
    /// @param shortRun        written, because few were written with them
    /// @param held            written, because they were promised to be there
    /// @param waited          kept in memory for a while instead, to be looked at again
    /// @param unread          refused, because nobody read them meanwhile
    /// @param overBudget      refused, because the day's writes were used up
    /// @param budgetLeftBytes what may be written now; negative in debt; the greatest long without
    ///                        a budget
    public record Admissions(
            long room,
            long read,
            long returned,
            long shortRun,
            long held,
            long waited,
            long unread,
            long overBudget,
            long budgetLeftBytes) {
        public static final Admissions NONE = new Admissions(
                0, 0, 0, 0, 0, 0, 0, 0, Long.MAX_VALUE);
    }

    /// Background movement, in blocks and bytes.
    ///
    /// @param demotedBytes        cache blocks written from memory to flash
    /// @param promotedBytes       blocks kept in memory after a read from flash
    /// @param prefetchedBytes     blocks brought into memory before they were asked for
    /// @param droppedBlocks       cache blocks that left the store
    /// @param cleanedBytes        durable blocks written again to free their segment
    /// @param reinsertedBytes     cache blocks written again to free their segment
    /// @param deviceBytesWritten  all bytes that the flash device took
    /// @param contentBytesWritten first-time content bytes among them
    public record Movement(
            long demotedBytes,
            long promotedBytes,
            long prefetchedBytes,
            long droppedBlocks,
            long cleanedBytes,
            long reinsertedBytes,
            long deviceBytesWritten,
            long contentBytesWritten) {}
}

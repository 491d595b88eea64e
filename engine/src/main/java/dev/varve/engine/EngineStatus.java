package dev.varve.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The engine in figures, all since it was opened.
///
/// Immutable.
public record EngineStatus(
        List<TierStatus> tiers,
        Reads reads,
        Writes writes,
        Movement movement,
        Promises promises,
        Survival survival,
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

    /// What memory leaves to the next process, and what the start found.
    ///
    /// @param slots       how many blocks the index has room for; 0 where memory ends with the
    ///                    process
    /// @param usedSlots   blocks in memory that a kill leaves there
    /// @param withoutSlot blocks that came in and found no slot: a kill loses those that flash has
    ///                    not
    /// @param foundBlocks taken up at the start
    /// @param foundBytes  their content
    /// @param dropped     what was there at the start and was not taken up, by reason
    public record Survival(
            long slots,
            long usedSlots,
            long withoutSlot,
            long foundBlocks,
            long foundBytes,
            Map<String, Long> dropped) {
        /// Of memory that ends with the process.
        public static final Survival NONE = new Survival(0, 0, 0, 0, 0, Map.of());

        public Survival {
            dropped = Collections.unmodifiableMap(new LinkedHashMap<>(dropped));
        }
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

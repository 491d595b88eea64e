package dev.varve.engine;

import dev.varve.policy.AutoPolicy;
import dev.varve.tier.SegmentTierCounters.Compressed;
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
        Pacing pacing,
        Goal goal,
        Promises promises,
        Device flash,
        Survival survival,
        Admissions admissions,
        long corruptBlocks,
        boolean accounted,
        List<ShareStatus> shares,
        List<PlacementStatus> placement,
        List<TrafficStatus> traffic,
        List<PrefetchStatus> prefetch) {

    public EngineStatus {
        tiers = List.copyOf(tiers);
        shares = List.copyOf(shares);
        placement = List.copyOf(placement);
        traffic = List.copyOf(traffic);
        prefetch = List.copyOf(prefetch);
    }

    /// What was brought into memory before it was asked for, and what became of it.
    ///
    /// @param broughtUpBytes all of it
    /// @param usefulBytes    read before they left memory
    /// @param unreadBytes    left memory unread, or waited for too long
    /// @param waitingBytes   wait for their reader now
    /// @param allowanceBytes how many may wait, by what became of the others
    public record PrefetchStatus(
            PrefetchKind kind,
            long broughtUpBytes,
            long usefulBytes,
            long unreadBytes,
            long waitingBytes,
            long allowanceBytes) {}

    /// How it is decided what leaves memory, for a part of a share with a quota of its own. None
    /// where the policy is fixed.
    ///
    /// @param share       as in [ShareStatus]
    /// @param own         whether it is for one bucket, not for all that have none of their own
    /// @param buckets     names of those with something in it; some more may share an own one
    /// @param memoryBytes what it holds in memory, without what is on its way out
    /// @param targetBytes what it may hold before others
    public record PlacementStatus(
            String share,
            boolean own,
            List<String> buckets,
            long memoryBytes,
            long targetBytes,
            AutoPolicy.Report report) {

        public PlacementStatus {
            buckets = List.copyOf(buckets);
        }
    }

    /// Whose traffic it is.
    public enum Owner {
        BUCKET,
        /// A share with a quota of its own, see [ShareStatus].
        TENANT
    }

    /// Content bytes that moved for a bucket or a tenant.
    ///
    /// @param name              of the bucket, or as in [ShareStatus]
    /// @param memoryBytesRead   handed out from memory
    /// @param flashBytesRead    handed out after a read of flash
    /// @param bytesWritten      taken in
    /// @param flashBytesWritten written to flash for the first time
    public record TrafficStatus(
            Owner owner,
            String name,
            long memoryBytesRead,
            long flashBytesRead,
            long bytesWritten,
            long flashBytesWritten) {}

    /// A share of memory and flash; see [Engine#divide]. None where nothing is divided. Bytes are
    /// -1 where the share has no quota of its own, and is counted with the share of all others.
    ///
    /// @param name        empty for the share of all keys that have no other
    /// @param memoryBytes what it holds in memory, without what is on its way out
    /// @param flashBytes  what it holds on flash
    /// @param heldBytes   what clients were promised to find again of it
    /// @param hits        lookups that found something
    /// @param misses      lookups that found nothing
    /// @param overQuota   blocks that left flash because the share had more than its quota
    public record ShareStatus(
            String name,
            long memoryBytes,
            long memoryQuotaBytes,
            long flashBytes,
            long flashQuotaBytes,
            long heldBytes,
            long hits,
            long misses,
            long overQuota) {}

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

    /// How the flash device behaves.
    ///
    /// @param failedTransfers   transfers that it refused
    /// @param overdueOperations operations that were given up because it did not answer
    /// @param answers           whether it answers now
    /// @param asleepNanos       how long it could have slept, see [dev.varve.tier.DutyMeter]
    /// @param wakings           how often it would have been woken
    /// @param wakingReads       how often a read would have waited for that
    /// @param compression       how much less it was given
    public record Device(
            long failedTransfers,
            long overdueOperations,
            boolean answers,
            long asleepNanos,
            long wakings,
            long wakingReads,
            Compressed compression) {
        /// Of a device that nothing is known of.
        public static final Device NONE = new Device(0, 0, true, 0, 0, 0, Compressed.NONE);
    }

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

    /// Objects of cache buckets that memory let go, by what became of them.
    ///
    /// @param room            written, because flash had room
    /// @param likely          written, because they are likely to be asked for again
    /// @param held            written, because they were promised to be there
    /// @param waited          kept in memory for a while instead, to be looked at again
    /// @param unlikely        refused, because they are not
    /// @param overBudget      refused, because the day's writes were used up
    /// @param budgetLeftBytes what may be written now; negative in debt; the greatest long without
    ///                        a budget
    public record Admissions(
            long room,
            long likely,
            long held,
            long waited,
            long unlikely,
            long overBudget,
            long budgetLeftBytes) {
        public static final Admissions NONE = new Admissions(0, 0, 0, 0, 0, 0, Long.MAX_VALUE);
    }

    /// How background work on flash is held back for clients.
    ///
    /// @param bytesPerSecond what it may move now while clients are at work
    /// @param pacedBytes     what moved and could wait
    /// @param urgentBytes    what moved and could not, because somebody waited for it
    /// @param waitedNanos    how long it waited
    /// @param slowdowns      how often clients were found to wait longer beside it
    /// @param restingNanos   95th percentile of the waits for a processor without movement
    /// @param movingNanos    the same beside movement
    public record Pacing(
            long bytesPerSecond,
            long pacedBytes,
            long urgentBytes,
            long waitedNanos,
            long slowdowns,
            long restingNanos,
            long movingNanos) {
        public static final Pacing NONE = new Pacing(0, 0, 0, 0, 0, 0, 0);
    }

    /// What placement is after, and what it makes of it.
    ///
    /// @param energy         whether it is energy; else latency, and the rest is 0
    /// @param slack          how many times as long reads of flash may take for it
    /// @param burstBytes     how much is gathered for a burst now
    /// @param mostBytes      the largest burst
    /// @param halvings       how often reads were found to take longer for it
    /// @param bursts         how often a burst was gathered
    /// @param restingNanos   mean wait for a read of flash while nothing is gathered
    /// @param gatheringNanos the same at other times
    public record Goal(
            boolean energy,
            double slack,
            long burstBytes,
            long mostBytes,
            long halvings,
            long bursts,
            long restingNanos,
            long gatheringNanos) {
        public static final Goal LATENCY = new Goal(false, 0, 0, 0, 0, 0, 0, 0);
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
    /// @param deviceBytesRead     all bytes that were read from the flash device
    public record Movement(
            long demotedBytes,
            long promotedBytes,
            long prefetchedBytes,
            long droppedBlocks,
            long cleanedBytes,
            long reinsertedBytes,
            long deviceBytesWritten,
            long contentBytesWritten,
            long deviceBytesRead) {}
}

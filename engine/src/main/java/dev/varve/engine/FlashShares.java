package dev.varve.engine;

import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.Change;
import dev.varve.policy.Fullness;
import dev.varve.tier.SegmentTier.Segment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLongArray;

/// What each share of the [Division] has on flash, by segment, and so which segment should go next
/// and what of it must be kept.
///
/// The oldest segment goes first that holds mostly what may leave: blocks of shares above their
/// quota, and of the fullest. What else is in it is written again. It goes to segments of its own,
/// so what was kept once is not met again each time that others' blocks must go: in the long run,
/// each block that a share keeps within its quota is written twice. The price is that a block which
/// lies among many that are kept may stay beyond its turn.
///
/// Where quotas promise more than there is for cache blocks, because of durable ones or of the
/// reserve, each is made smaller by as much.
///
/// Counts only while there is more than one share. A count may be off by a few blocks that come and
/// go while a new division is counted; it is right again when their segment has gone.
///
/// Thread-safe: atomics. The choice is a hint, made by one thread at a time.
final class FlashShares {
    private final BucketRegistry buckets;
    private volatile Ledger ledger;
    private volatile double scale = 1;

    /// @param bySegment live bytes of each slot
    /// @param totals    the same in all segments
    private record Ledger(
            Division division,
            ConcurrentMap<Integer, AtomicLongArray> bySegment,
            AtomicLongArray totals) {
        Ledger(Division division) {
            this(division, new ConcurrentHashMap<>(),
                    new AtomicLongArray(division.shares().size()));
        }

        void add(int segment, int slot, long bytes) {
            bySegment.computeIfAbsent(segment, _ -> new AtomicLongArray(totals.length()))
                    .addAndGet(slot, bytes);
            totals.addAndGet(slot, bytes);
        }

        long bytes(int slot) {
            return Math.max(0, totals.get(slot));
        }
    }

    FlashShares(BucketRegistry buckets, Division division) {
        this.buckets = buckets;
        ledger = new Ledger(division);
    }

    /// Counts by another division from now on, from zero: the caller then tells of each block that
    /// is there by [#added].
    void divide(Division next) {
        ledger = new Ledger(next);
    }

    /// Hears of blocks that the catalog now names.
    void committed(List<Change> changes) {
        if (ledger.division.isDivided()) {
            for (var change : changes) {
                if (change instanceof Change.PutBlock(var entry)) {
                    added(entry);
                }
            }
        }
    }

    void added(BlockEntry entry) {
        count(entry, entry.info().lengthBytes());
    }

    /// Hears of a copy that the catalog does not name any more.
    void removed(BlockEntry entry) {
        count(entry, -entry.info().lengthBytes());
    }

    private void count(BlockEntry entry, long bytes) {
        var present = ledger;
        if (present.division.isDivided()) {
            slot(present, entry)
                    .ifPresent(slot -> present.add(entry.place().segment(), slot, bytes));
        }
    }

    /// Hears that a segment has gone.
    void dropped(int segment) {
        var present = ledger;
        var row = present.bySegment.remove(segment);
        for (int slot = 0; row != null && slot < row.length(); slot++) {
            present.totals.addAndGet(slot, -row.get(slot));
        }
    }

    /// The segment that should go next.
    ///
    /// @param sealed      those that may go, oldest first
    /// @param usableBytes what there is for cache blocks
    Optional<Segment> next(List<Segment> sealed, long usableBytes) {
        if (!ledger.division.isDivided() || sealed.isEmpty()) {
            return sealed.stream().findFirst();
        }
        long promised = ledger.division.flashQuotas().stream().mapToLong(Long::longValue).sum();
        scale = Math.min(1, (double) Math.max(0, usableBytes) / promised);
        var best = sealed.getFirst();
        long mostFreed = Long.MIN_VALUE;
        for (var segment : sealed) {
            long kept = keptBytes(segment.number());
            if (kept <= segment.usedBytes() / 2) {
                return Optional.of(segment);
            }
            if (segment.usedBytes() - kept > mostFreed) {
                mostFreed = segment.usedBytes() - kept;
                best = segment;
            }
        }
        return Optional.of(best);
    }

    /// How many bytes of a segment would have to be written again.
    long keptBytes(int segment) {
        var present = ledger;
        var row = present.bySegment.get(segment);
        long bytes = 0;
        for (int slot = 0; row != null && slot < row.length(); slot++) {
            bytes += mayLeave(present, slot) ? 0 : Math.max(0, row.get(slot));
        }
        return bytes;
    }

    /// Whether a block must be kept, because its share is within its quota and another is fuller.
    boolean keeps(BlockEntry entry) {
        var present = ledger;
        return present.division.isDivided()
                && slot(present, entry).filter(slot -> !mayLeave(present, slot)).isPresent();
    }

    /// Whether a block's share has more than its quota; counts it as a loss if so.
    boolean losesToQuota(BlockEntry entry) {
        var present = ledger;
        if (!present.division.isDivided()) {
            return false;
        }
        var bucket = buckets.byId(entry.bucket());
        var share = bucket.map(found -> present.division.of(found, entry.owner()));
        boolean loses = share.isPresent() && isAbove(present, share.get().flashSlot());
        if (loses) {
            share.get().tally().overQuota().increment();
        }
        return loses;
    }

    long bytes(Share share) {
        return ledger.bytes(share.flashSlot());
    }

    private boolean mayLeave(Ledger present, int slot) {
        return isAbove(present, slot) || slot == fullest(present);
    }

    private boolean isAbove(Ledger present, int slot) {
        return present.bytes(slot) > present.division.flashQuotas().get(slot) * scale;
    }

    private static int fullest(Ledger present) {
        int fullest = 0;
        var quotas = present.division.flashQuotas();
        for (int slot = 1; slot < quotas.size(); slot++) {
            if (Fullness.compare(present.bytes(slot), quotas.get(slot), present.bytes(fullest),
                    quotas.get(fullest)) > 0) {
                fullest = slot;
            }
        }
        return fullest;
    }

    private Optional<Integer> slot(Ledger present, BlockEntry entry) {
        return buckets.byId(entry.bucket())
                .filter(bucket -> !bucket.isDurable())
                .map(bucket -> present.division.of(bucket, entry.owner()).flashSlot());
    }

    /// Those of some segments that may be evicted, and are not being written; in the same order.
    static List<Segment> evictable(List<Segment> segments) {
        return segments.stream()
                .filter(segment -> !segment.open() && !segment.purpose().mustSurvive())
                .toList();
    }
}

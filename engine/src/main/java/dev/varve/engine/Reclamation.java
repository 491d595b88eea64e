package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Departure.Reason;
import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import dev.varve.tier.Pace;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import dev.varve.tier.SegmentTier.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/// Gives flash space back, a segment at a time, so that some is always free.
///
///   - A segment that nobody wants anything of is dropped.
///   - A durable segment is *cleaned*: what is still wanted is written again elsewhere (Rosenblum
///     and Ousterhout, "The Design and Implementation of a Log-Structured File System", 1992,
///     greedy choice: the one with most dead bytes).
///   - A cache segment is *evicted*, the oldest first: blocks that were read since they were
///     written are written again, up to a share, the others leave the store. Where flash is divided
///     among shares, [FlashShares] chooses, and what it keeps is written again as well.
///
/// Before a segment is dropped, everything that says so is flushed: the new copies, then the
/// catalog. Otherwise a power failure could bring back an entry whose bytes are gone.
///
/// Thread-safe: one segment at a time, under a lock that only reclaiming takes, and which is held
/// over I/O because the others have nothing to do meanwhile.
final class Reclamation implements Tasks.Worker {
    private static final System.Logger LOG = System.getLogger(Reclamation.class.getName());
    /// The share of the budget that is kept free.
    private static final int RESERVE_SHARE = 16;
    private static final int SELECTIVE_RESERVE_SHARE = 32;
    /// Dead share from which cleaning is cheaper than losing cached blocks.
    private static final double WORTH_CLEANING = 0.5;
    /// Dead share below which cleaning frees too little to be tried at all.
    private static final double LEAST_CLEANING = 0.05;
    /// Blocks are moved in batches of this share of memory.
    private static final int BATCH_SHARE = 64;
    /// Looks at a segment until what lingers in it is given up.
    private static final int MOST_LOOKS = 1000;
    /// Of an evicted segment, at most this share is written again.
    private static final int REINSERT_SHARE = 2;

    private final SegmentTier flash;
    private final Catalog catalog;
    private final ObjectTable table;
    private final FlashShares shares;
    private final BlockSource source;
    private final Residency residency;
    private final Admission admission;
    private final Pace pace;
    private final EngineCounters counters;
    private final ReentrantLock lock = new ReentrantLock();
    /// How many writers wait for space.
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean noRoom = new AtomicBoolean();
    /// Segments with wanted blocks that cannot be read: kept as they are.
    private final Set<Integer> stuck = new HashSet<>();
    /// How often evicted segments were looked at of which something is wanted.
    private final Map<Integer, Integer> lingering = new HashMap<>();
    /// What was written to each sealed segment that may be cleaned.
    private final Map<Integer, Long> contentBytes = new HashMap<>();

    Reclamation(
            SegmentTier flash,
            Catalog catalog,
            ObjectTable table,
            FlashShares shares,
            BlockSource source,
            Residency residency,
            Admission admission,
            MovementControl movement,
            EngineCounters counters) {
        this.flash = flash;
        this.catalog = catalog;
        this.table = table;
        this.shares = shares;
        this.source = source;
        this.residency = residency;
        this.admission = admission;
        pace = movement.pace(() -> waiting.get() > 0 || isShort());
        this.counters = counters;
    }

    /// Reclaims at most one segment, if less than the reserve is free or flash had no room. What
    /// the disk does not let it do, a later step will.
    @Override
    public int doWork() {
        lock.lock();
        try {
            int dropped = dropUnwanted();
            boolean wanted = noRoom.getAndSet(false) || isLow();
            return dropped + (wanted && reclaimOne() ? 1 : 0);
        } catch (StorageException failed) {
            LOG.log(System.Logger.Level.DEBUG, "no flash was reclaimed: {0}", failed.getMessage());
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /// Notes that flash had no room. Where the budget says that there is some, because the device
    /// is smaller, the next step reclaims a segment all the same. Never blocks.
    void noteNoRoom() {
        if (!isLow()) {
            noRoom.set(true);
        }
    }

    /// Reclaims for a writer that found no room.
    ///
    /// @return false if there was nothing to reclaim
    boolean freeSome() {
        waiting.incrementAndGet();
        lock.lock();
        try {
            return dropUnwanted() > 0 || reclaimOne();
        } finally {
            lock.unlock();
            waiting.decrementAndGet();
        }
    }

    private boolean isLow() {
        return flash.budgetBytes() - flash.usedBytes() < reserveBytes();
    }

    /// Whether writers are about to find no room.
    private boolean isShort() {
        return noRoom.get() || flash.budgetBytes() - flash.usedBytes() < reserveBytes() / 2;
    }

    private long reserveBytes() {
        return reserveBytes(flash, admission.isSelective());
    }

    /// A share of the budget, and two segments beside: the tier keeps one of them for cleaning.
    ///
    /// @param selective whether only what is worth it is written: then less comes at a time
    static long reserveBytes(SegmentTier flash, boolean selective) {
        int share = selective ? SELECTIVE_RESERVE_SHARE : RESERVE_SHARE;
        return flash.budgetBytes() / share + 8L * flash.maxBlockBytes();
    }

    private int dropUnwanted() {
        var unwanted = flash.segments()
                .stream()
                .filter(segment -> !segment.open() && segment.wantedBytes() == 0)
                .toList();
        if (!unwanted.isEmpty()) {
            catalog.sync();
            unwanted.forEach(segment -> drop(segment.number()));
        }
        contentBytes.keySet()
                .retainAll(
                        flash.segments().stream().map(Segment::number).collect(Collectors.toSet()));
        return unwanted.size();
    }

    private boolean reclaimOne() {
        var durable = mostDead();
        if (durable.isPresent() && deadShare(durable.get()) >= WORTH_CLEANING
                && clean(durable.get())) {
            return true;
        }
        var cache = nextCache();
        if (cache.filter(this::isWorthEvicting).isEmpty() && flash.segments()
                .stream()
                .anyMatch(segment -> segment.open() && !segment.purpose().mustSurvive())) {
            flash.seal(Purpose.CACHE);
            flash.seal(Purpose.KEPT);
            cache = nextCache();
        }
        if (cache.isPresent()) {
            return evict(cache.get());
        }
        return durable.isPresent() && deadShare(durable.get()) >= LEAST_CLEANING
                && clean(durable.get());
    }

    private Optional<Segment> nextCache() {
        var segments = flash.segments();
        long durable = segments.stream()
                .filter(segment -> segment.purpose().mustSurvive())
                .mapToLong(Segment::usedBytes)
                .sum();
        return shares.next(FlashShares.evictable(segments),
                flash.budgetBytes() - reserveBytes() - durable);
    }

    private boolean isWorthEvicting(Segment segment) {
        return segment.usedBytes() - shares.keptBytes(segment.number()) >= segment.usedBytes()
                * LEAST_CLEANING;
    }

    private void drop(int segment) {
        lingering.remove(segment);
        flash.drop(segment);
        shares.dropped(segment);
    }

    /// Counts what each share has by another division. Nothing is reclaimed meanwhile.
    void divide(Division next) {
        lock.lock();
        try (var blocks = catalog.allBlocks()) {
            shares.divide(next);
            if (next.isDivided()) {
                for (var block = blocks.next(); block.isPresent(); block = blocks.next()) {
                    shares.added(block.get());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<Segment> mostDead() {
        return flash.segments()
                .stream()
                .filter(segment -> !segment.open() && segment.purpose().mustSurvive()
                        && !stuck.contains(segment.number()))
                .max(Comparator.comparingDouble(this::deadShare));
    }

    /// The share of a segment's content that nobody wants any more. Headers and padding do not
    /// count: writing the rest again would write them again too.
    private double deadShare(Segment segment) {
        long content = contentBytes.computeIfAbsent(segment.number(),
                number -> flash.entries(number)
                        .stream()
                        .mapToLong(entry -> entry.info().lengthBytes())
                        .sum());
        return content == 0 ? 0 : 1.0 - (double) segment.wantedBytes() / content;
    }

    private boolean evict(Segment segment) {
        long mayReinsert = segment.usedBytes() / REINSERT_SHARE;
        var again = new ArrayList<BlockEntry>();
        var kept = new ArrayList<BlockEntry>();
        for (var found : flash.entries(segment.number())) {
            var entry = wanted(found);
            if (entry.isEmpty()) {
                continue;
            }
            int length = found.info().lengthBytes();
            if (shares.keeps(entry.get()) && admission.mayWrite(length)) {
                kept.add(entry.get());
                continue;
            }
            boolean wasRead = flash.wasRead(found.place());
            if (length <= mayReinsert && admission.isWorthAnother(entry.get(), wasRead)
                    && admission.mayWrite(length)) {
                mayReinsert -= length;
                again.add(entry.get());
            } else if (!table.abandon(entry.get(), wasRead ? 1 : 0, reason(entry.get()))) {
                if (admission.mayWrite(length)) {
                    again.add(entry.get());
                } else {
                    table.lose(entry.get());
                }
            }
        }
        kept.addAll(giveUp(writeAgain(again, Purpose.CACHE)));
        var held = giveUp(writeAgain(kept, Purpose.KEPT));
        catalog.sync();
        if (!held.isEmpty() || lingers(segment.number())) {
            return false; // looked at again when there is room, or nothing holds them any more
        }
        drop(segment.number());
        return true;
    }

    /// Whether an evicted segment has a copy that somebody wants all the same: it was written a
    /// moment ago, and the catalog is about to name it. Not for ever: a damaged directory may not
    /// list what the catalog names.
    private boolean lingers(int segment) {
        if (wantedBytes(segment) == 0) {
            lingering.remove(segment);
            return false;
        }
        return lingering.merge(segment, 1, Integer::sum) < MOST_LOOKS;
    }

    private long wantedBytes(int segment) {
        return flash.segments()
                .stream()
                .filter(now -> now.number() == segment)
                .mapToLong(Segment::wantedBytes)
                .sum();
    }

    /// @return those that found no room
    private List<BlockEntry> writeAgain(List<BlockEntry> entries, Purpose purpose) {
        var moves = copy(entries, purpose);
        settle(moves, counters.reinsertedBytes);
        return entries.subList(moves.size(), entries.size());
    }

    /// Lets blocks go that are worth keeping, but have found no room.
    ///
    /// @return those that are held, and stay
    private List<BlockEntry> giveUp(List<BlockEntry> entries) {
        return entries.stream().filter(entry -> !table.abandon(entry, 0, reason(entry))).toList();
    }

    private Reason reason(BlockEntry entry) {
        return shares.losesToQuota(entry) ? Reason.OVER_QUOTA : Reason.EVICTED;
    }

    /// Copies what is wanted, makes the copies durable, and only then lets the catalog name them: a
    /// flush of the catalog by anyone must never make a move durable before the bytes are.
    private boolean clean(Segment segment) {
        var entries = flash.entries(segment.number())
                .stream()
                .map(this::wanted)
                .flatMap(Optional::stream)
                .toList();
        var moves = copy(entries, Purpose.CLEANED);
        if (moves.size() < entries.size() || !isFlushed()) {
            giveBack(moves);
            return false;
        }
        settle(moves, counters.cleanedBytes);
        if (wantedBytes(segment.number()) > 0) {
            keep(segment.number(), "its directory does not name all of its wanted blocks");
            return false;
        }
        catalog.sync();
        drop(segment.number());
        return true;
    }

    private boolean isFlushed() {
        try {
            flash.sync();
            return true;
        } catch (StorageException failed) {
            return false; // cleaned again when the device answers
        }
    }

    /// A block that has a second copy, which the catalog does not name yet.
    private record Move(BlockEntry entry, Place target) {}

    /// Lets the catalog name the new copies, and gives back those that it could not be told of.
    private void settle(List<Move> moves, LongAdder movedBytes) {
        int begun = 0;
        try {
            for (var move : moves) {
                begun++;
                table.move(move.entry(), move.target());
                movedBytes.add(move.entry().info().lengthBytes());
            }
        } finally {
            giveBack(moves.subList(begun, moves.size()));
        }
    }

    private void giveBack(List<Move> moves) {
        moves.forEach(move -> flash.release(move.target()));
    }

    private Optional<BlockEntry> wanted(SegmentTier.Entry found) {
        return catalog.block(found.info().id())
                .filter(entry -> entry.place().equals(found.place()));
    }

    /// Gives blocks copies elsewhere, many small ones in one write.
    ///
    /// @return one move for each entry, in order, up to the first that failed
    private List<Move> copy(List<BlockEntry> entries, Purpose purpose) {
        var moves = new ArrayList<Move>();
        while (moves.size() < entries.size()) {
            var batch = new ArrayList<SegmentTier.Write>();
            try {
                long bytes = 0;
                while (moves.size() + batch.size() < entries.size()
                        && bytes < residency.capacityBytes() / BATCH_SHARE) {
                    var entry = entries.get(moves.size() + batch.size());
                    batch.add(new SegmentTier.Write(entry.info(), bytes(entry, purpose)));
                    bytes += entry.info().lengthBytes();
                }
                for (var target : flash.write(purpose, batch, pace)) {
                    moves.add(new Move(entries.get(moves.size()), target));
                }
            } catch (StorageException failed) {
                return moves;
            } finally {
                batch.forEach(write -> write.block().close());
            }
        }
        return moves;
    }

    /// A block of a cache that cannot be read is lost; a durable one keeps its segment from being
    /// cleaned.
    private Block bytes(BlockEntry entry, Purpose purpose) {
        var resident = residency.peek(entry.info().id());
        if (resident.isPresent()) {
            return resident.get();
        }
        var block = source.allocate(entry.info().lengthBytes());
        try {
            flash.read(entry.place(), entry.info(), block, pace);
            return block;
        } catch (StorageException failed) {
            block.close();
            if (failed.kind() == StorageException.Kind.CORRUPT) {
                counters.corruptBlocks.increment();
                if (purpose.mustSurvive()) {
                    keep(entry.place().segment(), "a wanted block cannot be read");
                } else {
                    table.lose(entry);
                }
            }
            throw failed;
        }
    }

    private void keep(int segment, String why) {
        stuck.add(segment);
        LOG.log(System.Logger.Level.WARNING, "flash segment {0} stays: {1}",
                Integer.toString(segment), why);
    }
}

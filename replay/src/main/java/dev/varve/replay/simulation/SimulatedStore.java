package dev.varve.replay.simulation;

import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.FlashAdmission;
import dev.varve.policy.FlashAdmission.Verdict;
import dev.varve.policy.RequestOrder;
import dev.varve.replay.simulation.HierarchySettings.Writing;
import dev.varve.replay.simulation.SegmentLog.Segment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The server's placement in numbers: the same policies (eviction, admission), asked at the same
/// places, around memory and logs of segments that hold no bytes. What it repeats of the engine, in
/// the engine's words: `Residency` (a reserve is kept free; what has a copy leaves at once, the
/// rest through a queue), `Demotion` (batches of the queue go to flash, wait, or leave),
/// `Reclamation` (segments are evicted oldest first, what is worth it is written again), `Holds`
/// (what a client was told of stays), promotion on read, reading ahead.
///
/// Below the first log it goes on by one rule: what an evicted segment loses goes to the next log,
/// unless writing is selective and it was not read; and what is read there comes up for good.
///
/// What it leaves out: shares, durable buckets, refused writes, and that a block remains readable
/// in memory while it is being written.
///
/// All calls in the order of their times. Confined.
final class SimulatedStore {
    private static final int MEMORY_RESERVE_SHARE = 16;
    private static final int LOG_RESERVE_SHARE = 16;
    private static final int SELECTIVE_RESERVE_SHARE = 32;
    private static final int HELD_MEMORY_SHARE = 4;
    private static final int HELD_LOG_SHARE = 8;
    private static final long DEMOTION_BATCH_BYTES = 8 << 20;
    private static final int WINDOWS_IN_MEMORY = 4;
    private static final int REINSERT_SHARE = 2;
    private static final long MAX_TRIES = 1_000_000;
    /// The part of memory that one value may take.
    private static final int MAX_MEMORY_SHARE = 4;

    private final HierarchySettings settings;
    private final long capacityBytes;
    private final ModelledTier memory;
    private final List<SegmentLog> logs = new ArrayList<>();
    private final EvictionPolicy policy;
    private final FlashAdmission admission;
    private final Map<Long, SimulatedBlock> blocks = new HashMap<>();
    /// By name, from 1.
    private final List<SimulatedBlock> named = new ArrayList<>();
    private final Deque<SimulatedBlock> leaving = new ArrayDeque<>();
    private final Deque<Freed> freed = new ArrayDeque<>();
    private long usedBytes;
    private long leavingBytes;
    private long freedBytes;
    private long memoryHits;
    /// In the order of their ends.
    private final Deque<Hold> holds = new ArrayDeque<>();
    private final long maxHeldBytes;
    private long heldBytes;
    /// When the background can demote the next batch.
    private double demotionFreeSeconds;
    /// When memory was last asked for.
    private double allocatedSeconds;

    /// That a client was told of a block.
    private record Hold(SimulatedBlock block, long bytes, double untilSeconds) {}

    /// Memory that is free once its block has been written.
    private record Freed(double atSeconds, long bytes) {}

    SimulatedStore(HierarchySettings settings) {
        this.settings = settings;
        capacityBytes = settings.memory().capacityBytes();
        memory = new ModelledTier(settings.memory());
        int share = isSelective() ? SELECTIVE_RESERVE_SHARE : LOG_RESERVE_SHARE;
        for (var log : settings.logs()) {
            logs.add(new SegmentLog(log, settings.blockBytes(), share));
        }
        maxHeldBytes = capacityBytes / HELD_MEMORY_SHARE + settings.logs()
                .stream()
                .mapToLong(log -> log.capacityBytes() / HELD_LOG_SHARE)
                .sum();
        policy = settings.eviction().apply(capacityBytes);
        admission = new FlashAdmission(Math.max(1, capacityBytes / WINDOWS_IN_MEMORY),
                settings.logs().getFirst().capacityBytes());
    }

    /// The block that a trace calls so.
    SimulatedBlock block(long id) {
        return blocks.computeIfAbsent(id, _ -> {
            var block = new SimulatedBlock(named.size() + 1);
            named.add(block);
            return block;
        });
    }

    /// Whether a value is so large that it never gets in.
    boolean isTooLarge(long bytes) {
        return bytes > capacityBytes / MAX_MEMORY_SHARE;
    }

    /// Whether a block is there; one that is stays for the time of a lease.
    boolean exists(double nowSeconds, SimulatedBlock block) {
        if (!block.isPresent()) {
            return false;
        }
        hold(nowSeconds, block);
        return true;
    }

    /// As `Holds.hold`: what would be too much is refused.
    private void hold(double nowSeconds, SimulatedBlock block) {
        for (var first = holds.peek(); first != null
                && first.untilSeconds <= nowSeconds; first = holds.peek()) {
            holds.remove();
            if (first.block.heldUntilSeconds == first.untilSeconds) {
                heldBytes -= first.bytes;
            }
        }
        boolean isNew = block.heldUntilSeconds <= nowSeconds;
        if (isNew && heldBytes + block.bytes > maxHeldBytes) {
            return;
        }
        heldBytes += isNew ? block.bytes : 0;
        block.heldBytes = isNew ? block.bytes : block.heldBytes;
        block.heldUntilSeconds = nowSeconds + settings.client().lease();
        holds.add(new Hold(block, block.heldBytes, block.heldUntilSeconds));
    }

    /// Reads a block that is there.
    ///
    /// @return when its bytes are there, in seconds
    double read(double nowSeconds, SimulatedBlock block) {
        if (block.inMemory) {
            memoryHits++;
            block.reads++;
            policy.accessed(block.name);
            return memory.read(0, Math.max(nowSeconds, block.readableSeconds), block.bytes);
        }
        return bringUp(nowSeconds, block, true);
    }

    /// A client has read or written a block, as `ClientOrders`.
    void touched(double nowSeconds, SimulatedBlock block, RequestOrder order, boolean write) {
        if (isSelective()) {
            admission.touched(block.name, block.bytes);
        }
        if (block.bytes < RequestOrder.LEAST_BYTES) {
            return;
        }
        long before = order.touched(block.name, write, (long) (nowSeconds * 1e9));
        if (before != block.name) {
            policy.follows(block.name, before);
            admission.follows(block.name, before);
        }
    }

    /// Brings a block into memory that somebody may soon ask for.
    void readAhead(double nowSeconds, SimulatedBlock block) {
        if (!block.inMemory && block.segment != null) {
            bringUp(nowSeconds, block, false);
        }
    }

    /// Writes a block, in place of one that may be there.
    ///
    /// @param bytes of the value; not too large
    /// @return when that is acknowledged, in seconds
    double write(double nowSeconds, SimulatedBlock block, long bytes) {
        long footprint = SimulatedBlock.footprintBytes(bytes);
        double start = allocate(nowSeconds, footprint);
        // As `MemoryEviction`: a value that replaces one of its length counts as a use of it.
        boolean isReplaced = block.inMemory && !block.leaving
                && block.footprintBytes() == footprint;
        retire(nowSeconds, block, isReplaced);
        block.bytes = bytes;
        double end = memory.write(0, start, bytes);
        enter(nowSeconds, block, end, isReplaced);
        if (settings.writing() == Writing.THROUGH) {
            double written = logs.getFirst().append(end, List.of(block));
            reclaim(end, 0);
            return Math.max(end, written);
        }
        return end;
    }

    /// Deletes a block that may be there.
    void delete(double nowSeconds, SimulatedBlock block) {
        retire(nowSeconds, block, false);
    }

    /// Ends the simulation.
    List<TierOutcome> end(double nowSeconds) {
        assert isConsistent();
        named.stream()
                .filter(block -> block.inMemory)
                .forEach(block -> leave(nowSeconds, block));
        var outcomes = new ArrayList<TierOutcome>();
        outcomes.add(memory.end(nowSeconds, memoryHits));
        for (var log : logs) {
            log.end(nowSeconds);
            outcomes.add(log.tier().end(nowSeconds, log.hits()));
        }
        return outcomes;
    }

    /// Whether each byte of memory that counts as used is a block's, or waits for its write.
    private boolean isConsistent() {
        var present = named.stream().filter(block -> block.inMemory).toList();
        return usedBytes - freedBytes == footprintBytes(present)
                && freedBytes == freed.stream().mapToLong(Freed::bytes).sum()
                && leavingBytes == footprintBytes(leaving)
                && policy.count() + leaving.size() == present.size();
    }

    private static long footprintBytes(Collection<SimulatedBlock> blocks) {
        return blocks.stream().mapToLong(SimulatedBlock::footprintBytes).sum();
    }

    private boolean isSelective() {
        return settings.writing() == Writing.SELECTIVE;
    }

    private double bringUp(double nowSeconds, SimulatedBlock block, boolean forClient) {
        var pinned = block.segment;
        double start = allocate(nowSeconds, block.footprintBytes());
        var segment = block.segment;
        if (segment == null) {
            // It left while memory was made for it; its reader has its segment pinned.
            usedBytes -= block.footprintBytes();
            return pinned == null ? start : pinned.log().readPinned(start, pinned, block.bytes);
        }
        var log = segment.log();
        double end = forClient ? log.read(start, block, true) : log.readAhead(start, block);
        memory.write(0, end, block.bytes);
        enter(nowSeconds, block, end, false);
        if (log != logs.getFirst()) {
            log.release(block);
            block.reads = 1;
        }
        return end;
    }

    private void enter(
            double nowSeconds,
            SimulatedBlock block,
            double readableSeconds,
            boolean isKnown) {
        block.inMemory = true;
        block.leaving = false;
        block.reads = 0;
        block.readsBeforeWaiting = -1;
        block.readableSeconds = readableSeconds;
        block.inMemorySinceSeconds = nowSeconds;
        if (isKnown) {
            policy.accessed(block.name);
        } else {
            policy.inserted(block.name, block.footprintBytes());
        }
    }

    /// @param stays whether the policy goes on knowing it
    private void retire(double nowSeconds, SimulatedBlock block, boolean stays) {
        if (block.inMemory) {
            if (block.leaving) {
                block.leaving = false;
                leaving.remove(block);
                leavingBytes -= block.footprintBytes();
            } else if (!stays) {
                policy.removed(block.name);
            }
            leave(nowSeconds, block);
            usedBytes -= block.footprintBytes();
        }
        var segment = block.segment;
        if (segment != null) {
            segment.log().release(block);
        }
    }

    private void leave(double nowSeconds, SimulatedBlock block) {
        block.inMemory = false;
        memory.kept(0, nowSeconds - block.inMemorySinceSeconds, block.bytes);
    }

    /// Takes memory for a block, as `Residency.tryAllocate` and `BlockSource.allocate` do.
    ///
    /// @return when it is there, in seconds
    private double allocate(double nowSeconds, long bytes) {
        double now = nowSeconds;
        catchUp(now);
        settle(now);
        for (long tries = 0; capacityBytes - usedBytes < bytes; tries++) {
            if (tries > MAX_TRIES) {
                throw new IllegalArgumentException("all of memory (" + capacityBytes + " bytes of "
                        + settings.memory().medium().name() + ") is held, and flash is full");
            }
            if (!evictOne(now, bytes + reserveBytes()) && demote(now) == 0) {
                var next = freed.peek();
                if (next != null) {
                    now = Math.max(now, next.atSeconds);
                    settle(now);
                }
            }
        }
        usedBytes += bytes;
        if (capacityBytes - usedBytes < reserveBytes() && now >= demotionFreeSeconds) {
            while (demote(now) > 0 && now >= demotionFreeSeconds) {
                // a batch at a time, and the next one when it is written
            }
        }
        return now;
    }

    /// What the background has done since anybody last asked for memory: batch after batch, until
    /// the reserve is free.
    private void catchUp(double nowSeconds) {
        double at = Math.max(allocatedSeconds, demotionFreeSeconds);
        for (int moved = 1; moved > 0 && at <= nowSeconds; at = Math.max(at, demotionFreeSeconds)) {
            settle(at);
            moved = capacityBytes - usedBytes + freedBytes < reserveBytes() ? demote(at) : 0;
        }
        allocatedSeconds = Math.max(allocatedSeconds, nowSeconds);
    }

    private long reserveBytes() {
        return capacityBytes / MEMORY_RESERVE_SHARE;
    }

    private void settle(double nowSeconds) {
        for (var next = freed.peek(); next != null
                && next.atSeconds <= nowSeconds; next = freed.peek()) {
            freed.remove();
            usedBytes -= next.bytes;
            freedBytes -= next.bytes;
        }
    }

    private boolean evictOne(double nowSeconds, long maxLeavingBytes) {
        if (leavingBytes >= maxLeavingBytes) {
            return false;
        }
        long name = policy.victim();
        if (name == EvictionPolicy.NONE) {
            return false;
        }
        var block = named.get((int) name - 1);
        if (block.isFresh()) {
            block.leaving = true;
            leaving.add(block);
            leavingBytes += block.footprintBytes();
        } else {
            leave(nowSeconds, block);
            usedBytes -= block.footprintBytes();
        }
        return true;
    }

    /// One batch, as in `Demotion.doWork`.
    ///
    /// @return how many blocks left memory, or were told to wait
    private int demote(double nowSeconds) {
        long reserve = reserveBytes();
        while (capacityBytes - usedBytes + leavingBytes + freedBytes < reserve
                && evictOne(nowSeconds, reserve)) {
            // one at a time
        }
        var written = new ArrayList<SimulatedBlock>();
        int moved = 0;
        for (long bytes = 0; bytes < DEMOTION_BATCH_BYTES && !leaving.isEmpty();) {
            var block = leaving.remove();
            bytes += block.bytes;
            block.leaving = false;
            leavingBytes -= block.footprintBytes();
            moved += judge(nowSeconds, block, written);
        }
        if (!written.isEmpty()) {
            double endSeconds = logs.getFirst().append(nowSeconds, written);
            for (int i = 0; i < written.size(); i++) {
                var block = written.get(i);
                if (block.segment != null) {
                    leave(nowSeconds, block);
                    freedBytes += block.footprintBytes();
                    freed.add(new Freed(endSeconds, block.footprintBytes()));
                    demotionFreeSeconds = endSeconds;
                } else {
                    moved -= drop(nowSeconds, block) ? 0 : 1;
                }
            }
            reclaim(nowSeconds, 0);
        }
        return moved;
    }

    /// @return 0 if the block stays although it was to leave
    private int judge(double nowSeconds, SimulatedBlock block, List<SimulatedBlock> written) {
        boolean held = block.heldUntilSeconds > nowSeconds;
        if (!block.isFresh()) {
            leave(nowSeconds, block);
            usedBytes -= block.footprintBytes();
            return 1;
        }
        if (held || !isSelective()) {
            admission.written(block.bytes);
            written.add(block);
            return 1;
        }
        boolean room = logs.getFirst().hasRoom();
        boolean waited = block.reads == block.readsBeforeWaiting;
        if (!waited) {
            admission.taken(block.bytes, room);
        }
        Verdict verdict = admission.decide(block.name, waited, room);
        return switch (verdict) {
            case ROOM, LIKELY -> {
                admission.written(block.bytes);
                written.add(block);
                yield 1;
            }
            case WAIT -> {
                block.readsBeforeWaiting = block.reads;
                policy.spared(block.name, block.footprintBytes());
                yield 1;
            }
            case UNLIKELY -> drop(nowSeconds, block) ? 1 : 0;
        };
    }

    /// @return false if something holds the block, so that it stays in memory
    private boolean drop(double nowSeconds, SimulatedBlock block) {
        if (block.heldUntilSeconds > nowSeconds) {
            policy.spared(block.name, block.footprintBytes());
            return false;
        }
        leave(nowSeconds, block);
        usedBytes -= block.footprintBytes();
        return true;
    }

    /// Evicts segments of a log until enough of it is free.
    private void reclaim(double nowSeconds, int level) {
        var log = logs.get(level);
        log.dropUnwanted(nowSeconds);
        // Where all of it is held or was read, one time round frees nothing.
        for (int left = log.segmentCount(); left > 0 && log.isLow(); left--) {
            var oldest = log.oldest(nowSeconds);
            if (oldest.isEmpty()) {
                return;
            }
            evict(nowSeconds, level, oldest.get());
        }
    }

    private void evict(double nowSeconds, int level, Segment segment) {
        var log = logs.get(level);
        boolean isLast = level == logs.size() - 1;
        long mayReinsert = segment.bytes() / REINSERT_SHARE;
        var again = new ArrayList<SimulatedBlock>();
        var below = new ArrayList<SimulatedBlock>();
        for (var block : segment.wanted()) {
            boolean wasRead = isSelective()
                    ? admission.isWorthAnother(block.name)
                    : segment.wasRead(block);
            boolean reinserted = wasRead && block.bytes <= mayReinsert;
            if (reinserted) {
                mayReinsert -= block.bytes;
            }
            if (reinserted || (!block.inMemory && block.heldUntilSeconds > nowSeconds)) {
                again.add(block);
            } else if (!block.inMemory && !isLast && (wasRead || !isSelective())) {
                below.add(block);
            }
        }
        double read = nowSeconds;
        for (var block : List.copyOf(again)) {
            read = block.inMemory ? read : Math.max(read, log.read(nowSeconds, block, false));
        }
        for (var block : below) {
            read = Math.max(read, log.read(nowSeconds, block, false));
        }
        segment.wanted().forEach(log::release);
        log.drop(nowSeconds, segment);
        if (level == 0) {
            again.forEach(block -> admission.written(block.bytes));
        }
        log.append(nowSeconds, again);
        if (!below.isEmpty()) {
            logs.get(level + 1).append(nowSeconds, below);
            reclaim(nowSeconds, level + 1);
        }
    }
}

package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.bytes.Slab;
import dev.varve.engine.PrefetchMeter.Prefetched;
import dev.varve.policy.EvictionPolicy;
import dev.varve.tier.BlockInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The memory tier: which blocks are in memory, which one goes next, and the room for new ones.
///
/// A block leaves in one step when its object is persisted. A block of a fresh object goes
/// through the *leaving* queue, where it stays readable until [Demotion] has given it a copy on
/// flash or dropped its object. Where bursts are gathered ([#gather]), one that has its copy on
/// flash *lingers* until its room is needed; if it was read meanwhile, it stays.
///
/// Bookkeeping costs heap: the first [#FREE_ENTRIES] blocks are covered by the process's fixed
/// share, each further one is charged to the budget with [#ENTRY_BYTES].
///
/// Thread-safe: concurrent maps; [MemoryEviction] has a lock of its own.
final class Residency {
    /// Heap for one block with its object: measured with small values, rounded up.
    static final int ENTRY_BYTES = 512;
    /// Blocks whose bookkeeping is not charged: 128 MiB of heap.
    static final int FREE_ENTRIES = 1 << 18;

    /// The share of memory that is kept free for new blocks.
    private static final int RESERVE_SHARE = 16;

    private final Slab slab;
    private final MemoryEviction eviction;
    private final SlotIndex index;
    private final KeyLocks locks;
    private final EngineCounters counters;
    private final ConcurrentMap<Long, Resident> residents = new ConcurrentHashMap<>();
    private final Queue<Resident> leaving = new ConcurrentLinkedQueue<>();
    private final AtomicLong leavingBytes = new AtomicLong();
    private final LingeringBlocks lingering = new LingeringBlocks();
    private final LongAdder bursts = new LongAdder();
    /// Told by [#gather]: how much is gathered, and whether that rests.
    private volatile long burstBytes;
    private volatile boolean rests;

    Residency(
            Slab slab,
            MemoryEviction eviction,
            SlotIndex index,
            KeyLocks locks,
            EngineCounters counters) {
        this.slab = slab;
        this.eviction = eviction;
        this.index = index;
        this.locks = locks;
        this.counters = counters;
    }

    /// A block in memory, with the lease that keeps it there.
    static final class Resident {
        private final BlockInfo info;
        private final Block block;
        private final LiveObject owner;
        /// What is waiting for the first read, if it was brought up for one.
        private final Optional<Prefetched> prefetched;
        /// Changed under the owner's key lock.
        private int slot = SlotIndex.NONE;
        private int reads;
        private int shareSlot;
        private long name;

        Resident(BlockInfo info, Block block, LiveObject owner) {
            this(info, block, owner, Optional.empty());
        }

        Resident(
                BlockInfo info,
                Block block,
                LiveObject owner,
                Optional<Prefetched> prefetched) {
            this.info = info;
            this.block = block;
            this.owner = owner;
            this.prefetched = prefetched;
        }

        BlockInfo info() {
            return info;
        }

        LiveObject owner() {
            return owner;
        }

        /// Where [MemoryEviction] counts it, under its lock.
        int shareSlot() {
            return shareSlot;
        }

        void shareSlot(int next) {
            shareSlot = next;
        }

        /// What policies know it by, under the lock of [MemoryEviction];
        /// [EvictionPolicy#NONE] while they do not.
        long name() {
            return name;
        }

        void name(long next) {
            name = next;
        }

        /// Whether it was brought up for a reader who has not come yet.
        boolean isAwaited() {
            return reads == 0 && prefetched.isPresent();
        }

        /// How often the block was read since it came in. Racy on purpose: it is a hint.
        int reads() {
            return reads;
        }
    }

    /// A block that is in memory, leased to the caller; counts as a read.
    Optional<Block> lease(long id) {
        var resident = residents.get(id);
        if (resident == null || !resident.block.tryRetain()) {
            return Optional.empty();
        }
        wasRead(resident);
        return Optional.of(resident.block);
    }

    /// Counts a read of a block that the reader has a lease on already.
    void countRead(long id) {
        var resident = residents.get(id);
        if (resident != null) {
            wasRead(resident);
        }
    }

    private void wasRead(Resident resident) {
        boolean isExpected = resident.isAwaited();
        resident.reads++;
        if (isExpected) {
            resident.prefetched.ifPresent(Prefetched::read);
            eviction.reached(resident); // that it came in was a reference already
        } else {
            eviction.accessed(resident);
        }
    }

    /// As [#lease], without counting as a read.
    Optional<Block> peek(long id) {
        var resident = residents.get(id);
        return resident != null && resident.block.tryRetain()
                ? Optional.of(resident.block)
                : Optional.empty();
    }

    /// Keeps a block in memory under a lease of its own. The caller holds the owner's key lock.
    ///
    /// @param prefetched whom to tell of its first read, where it was brought up for one
    /// @return whether it was not there before
    boolean admit(
            BlockInfo info,
            Block block,
            LiveObject owner,
            Optional<Prefetched> prefetched) {
        var resident = new Resident(info, block, owner, prefetched);
        if (residents.putIfAbsent(info.id(), resident) != null) {
            return false;
        }
        block.retain();
        resident.slot = index.add(owner, info, block);
        enter(resident);
        return true;
    }

    /// Takes in a block that was in memory before the start, with the slot that says so.
    ///
    /// @param block owned by this from now on
    void readmit(BlockInfo info, Block block, LiveObject owner, int slot) {
        var resident = new Resident(info, block, owner);
        resident.slot = slot;
        residents.put(info.id(), resident);
        enter(resident);
    }

    private void enter(Resident resident) {
        resident.owner.countResident(1);
        eviction.inserted(resident);
    }

    /// Notes down that an object has become fresh or persisted. The caller holds its key lock.
    void restate(LiveObject owner) {
        for (var info : owner.stored().blocks()) {
            var resident = residents.get(info.id());
            if (resident != null) {
                index.restate(resident.slot, owner.state());
            }
        }
    }

    /// Notes down that an object is described otherwise. The caller holds its key lock.
    void redescribe(LiveObject owner) {
        for (var info : owner.stored().blocks()) {
            var resident = residents.get(info.id());
            if (resident != null) {
                resident.slot = index.update(resident.slot, owner, info, resident.block);
            }
        }
    }

    /// Ends a block's stay.
    void forget(long id) {
        var resident = residents.get(id);
        if (resident == null || !unlink(resident)) {
            return;
        }
        eviction.removed(resident);
    }

    /// Lets blocks that had been named for leaving stay after all.
    void stay(List<BlockInfo> infos) {
        for (var info : infos) {
            var resident = residents.get(info.id());
            if (resident != null) {
                eviction.spared(resident);
            }
        }
    }

    /// Names blocks for leaving before their time.
    void hasten(List<BlockInfo> infos) {
        for (var info : infos) {
            var resident = residents.get(info.id());
            if (resident != null) {
                eviction.removed(resident);
                queue(resident);
            }
        }
    }

    /// Gives a block another owner: the object that took its bytes over.
    void pass(long id, LiveObject owner) {
        residents.computeIfPresent(id, (same, resident) -> {
            resident.owner.countResident(-1);
            owner.countResident(1);
            index.release(resident.slot);
            var passed = new Resident(
                    resident.info, resident.block, owner, resident.prefetched);
            passed.reads = resident.reads;
            eviction.passed(resident, passed);
            return passed;
        });
    }

    /// Whether the next process will find all of an object in memory.
    boolean isNoted(LiveObject object) {
        return object.stored()
                .blocks()
                .stream()
                .map(info -> residents.get(info.id()))
                .allMatch(resident -> resident != null && resident.slot != SlotIndex.NONE);
    }

    /// See [MemoryEviction#isSure].
    boolean isSure(BucketState bucket, ObjectKey key) {
        return eviction.isSure(bucket, key);
    }

    boolean isResident(long id) {
        return residents.containsKey(id);
    }

    /// Takes memory for a block, letting blocks of persisted objects go for it. Never blocks. The
    /// caller holds no key lock.
    ///
    /// @return empty where that was not enough; blocks that must be demoted first are queued then
    Optional<Block> tryAllocate(int lengthBytes) {
        long footprint = slab.footprintBytes(lengthBytes);
        while (true) {
            if (freeBytes() >= footprint) {
                var block = slab.allocate(lengthBytes);
                if (block.isPresent()) {
                    return block;
                }
            }
            if (!evictOne(footprint + reserveBytes())) {
                return Optional.empty();
            }
        }
    }

    /// Lets blocks go, or queues them for demotion, until the reserve for new blocks is free or
    /// on its way. The caller holds no key lock.
    void restoreReserve() {
        long reserve = reserveBytes();
        while (freeBytes() + leavingBytes.get() < reserve && evictOne(reserve)) {
            // one at a time
        }
    }

    /// Lets blocks leave, as many as make a burst, once less than half of the last one is left.
    ///
    /// @param bytes how large a burst is, 0 for none; empty where none is gathered for a while, as
    ///              if there had never been any: then what lingers goes last
    void gather(OptionalLong bytes) {
        rests = bytes.isEmpty();
        burstBytes = bytes.orElse(0);
        if (burstBytes == 0 || roomBytes() >= reserveBytes() + burstBytes / 2) {
            return;
        }
        bursts.increment();
        while (roomBytes() < reserveBytes() + burstBytes && letOneLeave()) {
            // one at a time
        }
    }

    /// How many bursts were gathered.
    long bursts() {
        return bursts.sum();
    }

    /// Whether a burst is still being written that was gathered before the present rest.
    boolean isLateBurst() {
        return rests && leavingBytes.get() > reserveBytes();
    }

    /// Lets a block that has left the policy stay until its room is needed.
    ///
    /// @return false if it must go now, or stays for good
    boolean letGoLater(Resident resident) {
        var owner = resident.owner();
        if (burstBytes == 0 || owner.state() != LiveObject.State.PERSISTED) {
            return false;
        }
        lingering.add(resident);
        return true;
    }

    /// Whether less is free than new blocks should find.
    boolean isBelowReserve() {
        return freeBytes() < reserveBytes();
    }

    /// Whether writers are about to find no memory.
    boolean isShort() {
        return freeBytes() + (rests ? 0 : lingering.bytes()) < reserveBytes() / 2;
    }

    /// Queues everything that is fresh, for closing.
    void queueAll() {
        while (evictOne(Long.MAX_VALUE)) {
            // one at a time
        }
    }

    /// Queues what is fresh and would not be found in memory by the next process, for closing.
    void queueUnnoted() {
        hasten(residents.values()
                .stream()
                .filter(resident -> resident.slot == SlotIndex.NONE
                        && resident.owner.state() == LiveObject.State.FRESH)
                .map(Resident::info)
                .toList());
    }

    /// Takes blocks from the leaving queue, up to about `maxBytes`, at least one if there is any.
    List<Resident> takeLeaving(long maxBytes) {
        var taken = new ArrayList<Resident>();
        long bytes = 0;
        while (bytes < maxBytes) {
            var resident = leaving.poll();
            if (resident == null) {
                break;
            }
            leavingBytes.addAndGet(-resident.info.lengthBytes());
            if (residents.get(resident.info.id()) != null) {
                taken.add(resident);
                bytes += resident.info.lengthBytes();
            }
        }
        return taken;
    }

    long freeBytes() {
        return slab.capacityBytes() - slab.usedBytes() - overdraftBytes();
    }

    /// Counts the blocks anew; see [MemoryEviction#divide].
    void divide(Division next) {
        eviction.divide(next, residents.values());
    }

    long capacityBytes() {
        return slab.capacityBytes();
    }

    long usedBytes() {
        return slab.usedBytes() + overdraftBytes();
    }

    int count() {
        return residents.size();
    }

    /// Ends a resident's stay without telling the policy, which has named it already. The caller
    /// holds the owner's key lock.
    boolean unlink(Resident resident) {
        var present = residents.remove(resident.info.id());
        if (present == null) {
            return false;
        }
        var owner = present.owner;
        if (owner.countResident(-1) == 0 && owner.state() != LiveObject.State.FRESH) {
            owner.bucket().live().remove(owner.key(), owner);
        }
        index.release(present.slot);
        present.prefetched.ifPresent(Prefetched::unread);
        present.block.close();
        return true;
    }

    /// Lets the next victim go at once if it can, else queues it.
    ///
    /// @return false if there is no victim, or as much in the queue already as `maxLeavingBytes`
    private boolean evictOne(long maxLeavingBytes) {
        if (!rests && evictLingering()) {
            return true;
        }
        if (leavingBytes.get() >= maxLeavingBytes) {
            return evictLingering();
        }
        long id = eviction.victim();
        if (id == EvictionPolicy.NONE) {
            return evictLingering();
        }
        evict(residents.get(id));
        return true;
    }

    /// Lets the next block go that only waits for its room to be needed, unless it was read.
    private boolean evictLingering() {
        var next = lingering.poll();
        if (next.isEmpty()) {
            return false;
        }
        var resident = residents.get(next.get().id());
        if (resident != null && resident.reads != next.get().reads()) {
            eviction.spared(resident);
        } else {
            evict(resident);
        }
        return true;
    }

    private void evict(@Nullable Resident resident) {
        if (resident != null && !evictNow(resident)) {
            queue(resident);
        }
    }

    /// Has the next victim written if flash has no copy of it, and its room at hand in any case.
    private boolean letOneLeave() {
        long id = eviction.victim();
        if (id == EvictionPolicy.NONE) {
            return false;
        }
        var resident = residents.get(id);
        if (resident != null && !letGoLater(resident)) {
            queue(resident);
        }
        return true;
    }

    /// What new blocks find, now or soon.
    private long roomBytes() {
        return freeBytes() + leavingBytes.get() + lingering.bytes();
    }

    private void queue(Resident resident) {
        leavingBytes.addAndGet(resident.info.lengthBytes());
        leaving.add(resident);
    }

    private boolean evictNow(Resident resident) {
        var owner = resident.owner;
        var lock = locks.of(owner.bucket(), owner.key());
        if (!lock.tryLock()) {
            return false;
        }
        try {
            if (owner.state() == LiveObject.State.FRESH) {
                return false;
            }
            if (unlink(resident)) {
                counters.evictedBlocks.increment();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private long reserveBytes() {
        return slab.capacityBytes() / RESERVE_SHARE;
    }

    private long overdraftBytes() {
        return Math.max(0L, residents.size() - FREE_ENTRIES) * ENTRY_BYTES;
    }
}

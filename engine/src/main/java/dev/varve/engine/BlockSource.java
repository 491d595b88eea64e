package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Pace;
import dev.varve.tier.Place;
import dev.varve.tier.SegmentTier;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;

/// Where blocks come from: memory for new ones, and the fastest tier that has it for an old one.
///
/// Thread-safe.
final class BlockSource {
    private static final long RETRY_NANOS = Duration.ofMillis(1).toNanos();

    private final Residency residency;
    private final SegmentTier flash;
    private final ObjectTable table;
    private final Demotion demotion;
    private final Clock clock;
    private final Duration memoryWait;
    private final MovementControl movement;
    private final Gathering gathering;
    private final EngineCounters counters;
    private final ConcurrentMap<Long, UnderWay> underWay = new ConcurrentHashMap<>();

    /// A read of flash that others may come to wait for.
    private static final class UnderWay {
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile boolean wanted;

        boolean isWanted() {
            return wanted;
        }
    }

    BlockSource(
            Residency residency,
            SegmentTier flash,
            ObjectTable table,
            Demotion demotion,
            Clock clock,
            Duration memoryWait,
            MovementControl movement,
            Gathering gathering,
            EngineCounters counters) {
        this.residency = residency;
        this.flash = flash;
        this.table = table;
        this.demotion = demotion;
        this.clock = clock;
        this.memoryWait = memoryWait;
        this.movement = movement;
        this.gathering = gathering;
        this.counters = counters;
    }

    /// Takes memory for a block, demoting others on the caller's own thread where nothing else
    /// helps: who writes faster than flash takes it is slowed down to flash's speed.
    ///
    /// @throws StorageException FULL if there was none for longer than the limit, because readers
    ///         and writers hold all of it or others were faster; UNAVAILABLE if flash does not
    ///         answer
    Block allocate(int lengthBytes) {
        long deadline = clock.nanoTime() + memoryWait.toNanos();
        while (true) {
            var block = tryAllocate(lengthBytes);
            if (block.isPresent()) {
                return block.get();
            }
            if (clock.nanoTime() > deadline) {
                throw noMemory(lengthBytes);
            }
            if (demotion.help() == 0) {
                clock.sleepNanos(RETRY_NANOS);
            }
        }
    }

    private StorageException noMemory(int lengthBytes) {
        boolean unwell = flash.counters().unwell();
        return new StorageException(
                unwell ? StorageException.Kind.UNAVAILABLE : StorageException.Kind.FULL,
                "no memory for a block of " + lengthBytes + " bytes within " + memoryWait
                        + (unwell ? ", and flash does not answer" : "")
                        + ": readers and writers hold "
                        + residency.usedBytes() + " of " + residency.capacityBytes() + " bytes");
    }

    /// As [#allocate], without waiting.
    Optional<Block> tryAllocate(int lengthBytes) {
        var block = residency.tryAllocate(lengthBytes);
        if (block.isEmpty() || residency.isBelowReserve()) {
            demotion.wake();
        }
        return block;
    }

    boolean isInMemory(BlockInfo info) {
        return residency.isResident(info.id());
    }

    /// A block that is in memory, leased to the caller.
    Optional<Block> fromMemory(BlockInfo info) {
        var block = residency.lease(info.id());
        if (block.isPresent()) {
            counters.memoryBlocks.increment();
            counters.memoryBytes.add(info.lengthBytes());
        }
        return block;
    }

    /// Counts a read of a block that the reader has a lease on already.
    void countRead(BlockInfo info) {
        residency.countRead(info.id());
        counters.memoryBlocks.increment();
        counters.memoryBytes.add(info.lengthBytes());
    }

    /// As [#fromMemory], without counting as a read; see [#countRead].
    Optional<Block> peekMemory(BlockInfo info) {
        return residency.peek(info.id());
    }

    /// Reads a block's copy on flash, leased to the caller, and keeps it in memory.
    /// Who comes while another reads the same block waits for that.
    ///
    /// @throws StorageException CORRUPT, ABSENT or UNAVAILABLE, see [SegmentTier#read]
    Block fromFlash(BucketState bucket, StoredObject stored, BlockInfo info, Place place) {
        long start = clock.nanoTime();
        var block = read(bucket, stored, info, place);
        movement.readForClient(info.lengthBytes(), start);
        gathering.readForClient(info.lengthBytes(), start);
        return block;
    }

    private Block read(BucketState bucket, StoredObject stored, BlockInfo info, Place place) {
        var mine = new UnderWay();
        var others = underWay.putIfAbsent(info.id(), mine);
        if (others != null) {
            var block = await(others) ? fromMemory(info) : Optional.<Block>empty();
            return block.orElseGet(() -> readFlash(bucket, stored, info, place));
        }
        try {
            return readFlash(bucket, stored, info, place);
        } finally {
            underWay.remove(info.id(), mine);
            mine.ended.countDown();
        }
    }

    private static boolean await(UnderWay others) {
        others.wanted = true;
        try {
            others.ended.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Reads a block's copy on flash into memory ahead of its readers. Does nothing where one has
    /// begun to read it.
    ///
    /// @param yields whether it goes at the pace of the background until a client comes for it
    /// @throws StorageException as [#fromFlash]
    void bringUp(
            BucketState bucket,
            StoredObject stored,
            BlockInfo info,
            Place place,
            PrefetchMeter meter,
            boolean yields) {
        var mine = new UnderWay();
        if (underWay.putIfAbsent(info.id(), mine) != null) {
            return;
        }
        var prefetched = meter.begin(info.lengthBytes());
        boolean keeps = false;
        try (var block = fetch(info, place, yields ? movement.pace(mine::isWanted) : Pace.FULL)) {
            keeps = table.promote(bucket, stored, info, block, Optional.of(prefetched));
        } finally {
            underWay.remove(info.id(), mine);
            mine.ended.countDown();
            if (!keeps) {
                prefetched.withdraw();
            }
        }
    }

    private Block readFlash(
            BucketState bucket,
            StoredObject stored,
            BlockInfo info,
            Place place) {
        var block = fetch(info, place, Pace.FULL);
        table.promote(bucket, stored, info, block, Optional.empty());
        return block;
    }

    /// The copy on flash, in memory that the caller owns.
    private Block fetch(BlockInfo info, Place place, Pace pace) {
        var block = allocate(info.lengthBytes());
        try {
            flash.read(place, info, block, pace);
        } catch (StorageException failed) {
            block.close();
            if (failed.kind() == StorageException.Kind.CORRUPT) {
                counters.corruptBlocks.increment();
            }
            throw failed;
        }
        counters.flashBlocks.increment();
        counters.flashBytes.add(info.lengthBytes());
        return block;
    }
}

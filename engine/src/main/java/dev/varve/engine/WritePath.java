package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.engine.ObjectTable.Draft;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What writers need: memory, numbers, flash, and the commit.
///
/// A durable object is acknowledged in this order: its blocks are written and flushed; the catalog
/// entry that names them is committed and flushed; the writer is told. A crash between any two
/// steps leaves at worst bytes on flash that no entry names.
///
/// Thread-safe.
final class WritePath {
    private final ObjectTable table;
    private final BlockSource source;
    private final Residency residency;
    private final SegmentTier flash;
    private final Catalog catalog;
    private final Reclamation reclamation;
    private final IdSource ids;
    private final Clock clock;
    private final EngineSettings settings;
    private final Admission admission;
    private final ClientOrders orders;
    private final Accesses accesses;
    private final Lookups lookups;
    private final EngineCounters counters;

    WritePath(
            ObjectTable table,
            BlockSource source,
            Residency residency,
            SegmentTier flash,
            Catalog catalog,
            Reclamation reclamation,
            IdSource ids,
            Clock clock,
            EngineSettings settings,
            Admission admission,
            ClientOrders orders,
            Accesses accesses,
            Lookups lookups,
            EngineCounters counters) {
        this.table = table;
        this.source = source;
        this.residency = residency;
        this.flash = flash;
        this.catalog = catalog;
        this.reclamation = reclamation;
        this.ids = ids;
        this.clock = clock;
        this.settings = settings;
        this.admission = admission;
        this.orders = orders;
        this.accesses = accesses;
        this.lookups = lookups;
        this.counters = counters;
    }

    /// A writer that has all its memory already; empty where it cannot be had at once.
    Optional<ObjectWriter> tryWriter(
            BucketState bucket,
            ObjectKey key,
            long expectedBytes,
            int client) {
        if (bucket.isDurable() || expectedBytes < 0 || expectedBytes > maxUnspilledBytes()) {
            return Optional.empty();
        }
        var reserved = new ArrayDeque<Block>(1);
        long left = expectedBytes;
        do {
            int length = (int) Math.min(left, blockBytes(bucket));
            var block = source.tryAllocate(length);
            if (block.isEmpty()) {
                reserved.forEach(Block::close);
                return Optional.empty();
            }
            reserved.add(block.get());
            left -= length;
        } while (left > 0);
        return Optional.of(new PendingObject(this, bucket, key, expectedBytes, reserved, client));
    }

    /// Makes durable what was written to flash for an object of a durable bucket.
    void flushBlocks(BucketState bucket) {
        if (bucket.isDurable()) {
            flash.sync();
        }
    }

    /// Makes an object visible, after [#flushBlocks]; it is not acknowledged before [#flushCommit].
    ///
    /// @param drafts their copies on flash belong to the catalog from now on, whatever comes of it
    CommitOutcome commit(
            BucketState bucket,
            StoredObject next,
            List<Draft> drafts,
            Precondition precondition) {
        var outcome = table.replace(bucket, next, drafts, precondition);
        count(bucket, next, drafts);
        return outcome;
    }

    private void count(BucketState bucket, StoredObject next, List<Draft> drafts) {
        long toFlash = drafts.stream()
                .filter(draft -> draft.place() != null)
                .mapToLong(draft -> draft.info().lengthBytes())
                .sum();
        var key = next.info().key();
        counters.writtenBytes.add(next.info().sizeBytes());
        lookups.moved(bucket, key, next.info().sizeBytes(), Traffic::written);
        lookups.moved(bucket, key, toFlash, Traffic::flashWritten);
    }

    /// Tells of a write that has come to its end.
    void wrote(BucketState bucket, ObjectKey key, CommitOutcome outcome, int client) {
        if (outcome instanceof CommitOutcome.Done(var info, var _)) {
            info.ifPresent(written -> orders.wrote(bucket, written, client));
        }
        accesses.changed(Access.Operation.WRITE, bucket, key, outcome, client);
    }

    /// Makes durable what was committed to a durable bucket.
    void flushCommit(BucketState bucket) {
        if (bucket.isDurable()) {
            catalog.sync();
        }
    }

    Optional<CommitOutcome> tryCommit(
            BucketState bucket,
            StoredObject next,
            List<Draft> drafts,
            Precondition precondition) {
        var outcome = table.tryReplace(bucket, next, drafts, precondition);
        if (outcome.isPresent()) {
            count(bucket, next, drafts);
        }
        return outcome;
    }

    /// Writes a block, waiting a bounded time for space to be reclaimed.
    ///
    /// @throws StorageException FULL if there is no room, or a cache may write no more today;
    ///         UNAVAILABLE if there will be some, but too late for this writer
    Place writeToFlash(Purpose purpose, SegmentTier.Write write) {
        if (!purpose.mustSurvive() && !admission.mayWrite(write.info().lengthBytes())) {
            throw new StorageException(StorageException.Kind.FULL,
                    "flash-writes-per-day is used up: no room for an object beyond "
                            + maxUnspilledBytes() + " bytes in a cache");
        }
        long deadline = clock.nanoTime() + settings.memoryWait().toNanos();
        while (true) {
            try {
                return flash.write(purpose, List.of(write)).getFirst();
            } catch (StorageException full) {
                if (full.kind() != StorageException.Kind.FULL || !reclamation.freeSome()) {
                    throw full;
                }
                if (clock.nanoTime() >= deadline) {
                    throw new StorageException(StorageException.Kind.UNAVAILABLE,
                            "flash is written to faster than space on it is reclaimed; try again",
                            full);
                }
            }
        }
    }

    void release(@Nullable Place place) {
        if (place != null) {
            flash.release(place);
        }
    }

    Block allocate(int lengthBytes) {
        return source.allocate(lengthBytes);
    }

    long nextId() {
        return ids.next();
    }

    long epochMillis() {
        return clock.epochMillis();
    }

    int blockBytes(BucketState bucket) {
        int wished = bucket.isDurable() ? settings.durableBlockBytes() : settings.cacheBlockBytes();
        long share = Math.max(1 << 16, residency.capacityBytes() / 16);
        return (int) Math.min(Math.min(wished, flash.maxBlockBytes()), share);
    }

    /// Cache objects up to this length wait in memory for their commit.
    long maxUnspilledBytes() {
        return residency.capacityBytes() / 8;
    }

    /// Of an object that goes to flash at once, this much stays in memory too.
    long maxKeptBytes() {
        return residency.capacityBytes() / 32;
    }
}

package dev.varve.engine;

import dev.varve.engine.Catalog.StoredObject;
import dev.varve.engine.PrefetchMeter.Prefetched;
import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.SegmentTier;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Brings objects, or single blocks of them, up from flash before they are asked for. A wish is
/// dropped where many wait already: prefetching what the reader has reached by itself helps nobody.
///
/// Where the [PrefetchMeter] has no room, a guess is refused, and what a client wants waits.
///
/// Thread-safe; several workers may be at it at once.
final class Prefetch implements Tasks.Worker {
    private static final int MAX_WISHES = 4096;
    private static final int ALL_BLOCKS = -1;

    private final ObjectTable table;
    private final Catalog catalog;
    private final SegmentTier flash;
    private final BlockSource source;
    private final Prefetches meters;
    private final boolean guesses;
    private final BlockingQueue<Wish> wishes = new ArrayBlockingQueue<>(MAX_WISHES);
    /// Those in the queue, with what the meter keeps free for each. Parallel readers of an object
    /// wish for the same.
    private final ConcurrentMap<Wish, Optional<Prefetched>> queued = new ConcurrentHashMap<>();
    private volatile List<Tasks.Task> workers = List.of();

    private record Wish(PrefetchKind kind, BucketState bucket, ObjectKey key, int block) {}

    /// @param guesses whether anything is brought up that no client has asked for
    Prefetch(
            ObjectTable table,
            Catalog catalog,
            SegmentTier flash,
            BlockSource source,
            Prefetches meters,
            boolean guesses) {
        this.table = table;
        this.catalog = catalog;
        this.flash = flash;
        this.source = source;
        this.meters = meters;
        this.guesses = guesses;
    }

    /// Says which background tasks run this worker.
    void onWake(List<Tasks.Task> tasks) {
        workers = List.copyOf(tasks);
    }

    /// Asks for an object that a client wants. Never blocks.
    ///
    /// @return false if too many wait already
    boolean want(BucketState bucket, ObjectKey key) {
        return enqueue(new Wish(PrefetchKind.HINT, bucket, key, ALL_BLOCKS), Optional.empty());
    }

    /// Asks for an object that a client may ask for. Never blocks.
    ///
    /// @param bytes how long it is, as far as is known
    /// @return false if too many wait already, or as much was brought up already as may be
    boolean guess(PrefetchKind kind, BucketState bucket, ObjectKey key, long bytes) {
        return guess(new Wish(kind, bucket, key, ALL_BLOCKS), bytes);
    }

    /// As above, for a block of an object.
    boolean guess(PrefetchKind kind, BucketState bucket, ObjectKey key, int block, long bytes) {
        return guess(new Wish(kind, bucket, key, block), bytes);
    }

    private boolean guess(Wish wish, long bytes) {
        if (queued.containsKey(wish)) {
            return true;
        }
        var meter = meters.of(wish.kind);
        return guesses && meter.hasRoom() && enqueue(wish, Optional.of(meter.begin(bytes)));
    }

    private boolean enqueue(Wish wish, Optional<Prefetched> kept) {
        boolean isNew = queued.putIfAbsent(wish, kept) == null;
        boolean isTaken = !isNew || wishes.offer(wish);
        if (!isTaken) {
            queued.remove(wish);
        }
        if (!isNew || !isTaken) {
            kept.ifPresent(Prefetched::withdraw);
        }
        workers.forEach(Tasks.Task::wake);
        return isTaken;
    }

    /// Fulfils one wish.
    @Override
    public int doWork() {
        var next = wishes.peek();
        if (next != null && next.kind == PrefetchKind.HINT
                && !meters.of(next.kind).hasRoom()) {
            return 0;
        }
        var wish = wishes.poll();
        if (wish == null) {
            return 0;
        }
        var kept = queued.remove(wish);
        if (kept != null) {
            kept.ifPresent(Prefetched::withdraw);
        }
        bringUp(wish);
        return 1;
    }

    /// Counts as no read of the object.
    private void bringUp(Wish wish) {
        try {
            var stored = table.find(wish.bucket, wish.key);
            if (stored.isPresent()) {
                bringUp(wish, stored.get(), blocks(stored.get(), wish.block));
            }
        } catch (StorageException missed) {
            // whoever comes for it is told
        }
    }

    private static List<BlockInfo> blocks(StoredObject stored, int block) {
        var all = stored.blocks();
        if (block == ALL_BLOCKS) {
            return all;
        }
        boolean isThere = block < all.size(); // it may be another version by now
        return isThere ? List.of(all.get(block)) : List.of();
    }

    private void bringUp(Wish wish, StoredObject stored, List<BlockInfo> infos) {
        var meter = meters.of(wish.kind);
        boolean yields = wish.kind == PrefetchKind.HINT; // nobody is about to come for it
        var missing = infos.stream().filter(info -> !source.isInMemory(info)).toList();
        var entries = catalog.blocks(missing.stream().map(BlockInfo::id).toList());
        for (int i = 0; i < missing.size(); i++) {
            if (entries.get(i).isPresent()) {
                var place = entries.get(i).get().place();
                try (var _ = flash.pin(place.segment())) {
                    source.bringUp(wish.bucket, stored, missing.get(i), place, meter, yields);
                }
            }
        }
    }
}

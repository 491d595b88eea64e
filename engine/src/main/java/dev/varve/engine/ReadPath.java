package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.env.StorageException;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import dev.varve.tier.SegmentTier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Opens objects for reading.
///
/// Between looking a key up and taking hold of its blocks, the object may be replaced, demoted or
/// moved. Opening then starts anew; it gives up when the same version cannot be held several times
/// in a row, which means that its bytes are lost.
///
/// Thread-safe.
final class ReadPath {
    private static final int ATTEMPTS = 8;
    /// Objects of more blocks are opened on a thread that may block, even when memory has them all.
    private static final int MAX_TRY_BLOCKS = 16;

    private final ObjectTable table;
    private final BlockSource source;
    private final Catalog catalog;
    private final SegmentTier flash;
    private final Lookups lookups;
    private final RangeReadAhead readAhead;
    private final EpochReadAhead epochs;
    private final EngineCounters counters;

    ReadPath(
            ObjectTable table,
            BlockSource source,
            Catalog catalog,
            SegmentTier flash,
            Lookups lookups,
            RangeReadAhead readAhead,
            EpochReadAhead epochs,
            EngineCounters counters) {
        this.table = table;
        this.source = source;
        this.catalog = catalog;
        this.flash = flash;
        this.lookups = lookups;
        this.readAhead = readAhead;
        this.epochs = epochs;
        this.counters = counters;
    }

    Optional<ObjectReader> open(BucketState bucket, ObjectKey key) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            var stored = table.find(bucket, key);
            if (stored.isEmpty()) {
                lookups.count(bucket, key, false);
                return Optional.empty();
            }
            Optional<OpenObject> reader;
            try {
                reader = hold(bucket, stored.get());
            } catch (StorageException silent) {
                if (bucket.isDurable() || silent.kind() == StorageException.Kind.CLOSED) {
                    throw silent;
                }
                lookups.count(bucket, key, false);
                return Optional.empty();
            }
            if (reader.isPresent()) {
                return bucket.isDurable()
                        ? hit(bucket, reader.get())
                        : proven(bucket, key, reader.get());
            }
        }
        return lost(bucket, key);
    }

    Peek<ObjectReader> tryOpen(BucketState bucket, ObjectKey key) {
        return switch (table.tryFind(bucket, key)) {
            case Peek.Miss<LiveObject> _ -> {
                lookups.count(bucket, key, false);
                yield new Peek.Miss<>();
            }
            case Peek.Unsure<LiveObject> _ -> new Peek.Unsure<>();
            case Peek.Hit<LiveObject>(var live) -> {
                var stored = live.stored();
                if (stored.blocks().size() > MAX_TRY_BLOCKS || !live.isWhollyResident()) {
                    yield new Peek.Unsure<>();
                }
                var held = holdInMemory(stored);
                if (held.isEmpty()) {
                    yield new Peek.Unsure<>();
                }
                lookups.count(bucket, key, true);
                yield new Peek.Hit<>(reader(bucket, stored, held, List.of(), List.of()));
            }
        };
    }

    /// Takes hold of all blocks, in memory or on flash.
    ///
    /// @return empty if one slipped away meanwhile
    private Optional<OpenObject> hold(BucketState bucket, StoredObject stored) {
        List<Optional<BlockEntry>> entries;
        try {
            entries = catalog.blocks(stored.blocks().stream().map(BlockInfo::id).toList());
        } catch (StorageException silent) {
            return Optional.of(openInMemory(bucket, stored).orElseThrow(() -> silent));
        }
        if (entries.stream().anyMatch(Optional::isEmpty)) {
            return openInMemory(bucket, stored);
        }
        var places = entries.stream().map(entry -> entry.orElseThrow().place()).toList();
        return pin(places).map(pins -> {
            List<Optional<Block>> none = places.stream().map(_ -> Optional.<Block>empty()).toList();
            return reader(bucket, stored, none, places, pins);
        });
    }

    private Optional<OpenObject> openInMemory(BucketState bucket, StoredObject stored) {
        var held = holdInMemory(stored);
        return held.isEmpty()
                ? Optional.empty()
                : Optional.of(reader(bucket, stored, held, List.of(), List.of()));
    }

    private OpenObject reader(
            BucketState bucket,
            StoredObject stored,
            List<Optional<Block>> held,
            List<Place> places,
            List<SegmentTier.Pin> pins) {
        return new OpenObject(bucket, stored, source, table, held, places, pins, lookups, readAhead,
                epochs);
    }

    /// Leases on all blocks of an object; an empty list if one of them is not in memory. Where
    /// there are several, not all of them may be read: they count when they are.
    private List<Optional<Block>> holdInMemory(StoredObject stored) {
        var held = new ArrayList<Optional<Block>>(stored.blocks().size());
        for (var info : stored.blocks()) {
            var block = stored.blocks().size() == 1
                    ? source.fromMemory(info)
                    : source.peekMemory(info);
            if (block.isEmpty()) {
                held.forEach(taken -> taken.ifPresent(Block::close));
                return List.of();
            }
            held.add(block);
        }
        return held;
    }

    private Optional<List<SegmentTier.Pin>> pin(List<Place> places) {
        Map<Integer, SegmentTier.Pin> pins = new HashMap<>();
        try {
            for (var place : places) {
                if (!pins.containsKey(place.segment())) {
                    pins.put(place.segment(), flash.pin(place.segment()));
                }
            }
            return Optional.of(List.copyOf(pins.values()));
        } catch (StorageException gone) {
            pins.values().forEach(SegmentTier.Pin::close);
            if (gone.kind() != StorageException.Kind.ABSENT) {
                throw gone;
            }
            return Optional.empty();
        }
    }

    /// Reads the first block of a cache object before calling it a hit, so that a copy that
    /// cannot be read is a miss rather than an error in the middle of a reply.
    private Optional<ObjectReader> proven(
            BucketState bucket,
            ObjectKey key,
            OpenObject reader) {
        if (reader.blockCount() == 0) {
            return hit(bucket, reader);
        }
        try (var first = reader.read(0)) {
            return hit(bucket, reader.holding(first));
        } catch (StorageException unreadable) {
            reader.close();
            if (unreadable.kind() == StorageException.Kind.CLOSED
                    || unreadable.kind() == StorageException.Kind.FULL) {
                throw unreadable;
            }
            lookups.count(bucket, key, false);
            return Optional.empty();
        }
    }

    private Optional<ObjectReader> hit(BucketState bucket, OpenObject reader) {
        lookups.count(bucket, reader.info().key(), true);
        return Optional.of(reader);
    }

    private Optional<ObjectReader> lost(BucketState bucket, ObjectKey key) {
        lookups.count(bucket, key, false);
        var stored = table.find(bucket, key);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        if (bucket.isDurable()) {
            throw new StorageException(StorageException.Kind.ABSENT, "object " + key + " of bucket "
                    + bucket.record().name() + " has a block without a copy");
        }
        counters.corruptBlocks.increment();
        table.dropLost(bucket, stored.get().info(), "a block has no copy");
        return Optional.empty();
    }
}

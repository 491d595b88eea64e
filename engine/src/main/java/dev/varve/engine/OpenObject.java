package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.env.StorageException;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import dev.varve.tier.SegmentTier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A reader of one version of an object: of blocks that it holds in memory, or of copies on flash
/// whose segments it has pinned, so that replacing or moving the object does not take them away.
///
/// Confined to one thread at a time.
final class OpenObject implements ObjectReader {
    private final BucketState bucket;
    private final StoredObject stored;
    private final BlockSource source;
    private final ObjectTable table;
    private final List<Optional<Block>> held;
    private final List<Place> places;
    private final List<SegmentTier.Pin> pins;
    private final Lookups lookups;
    private final RangeReadAhead readAhead;
    private final EpochReadAhead epochs;
    private Optional<RangeReadAhead.Follower> follower = Optional.empty();
    private boolean closed;

    /// @param held   a lease for each block that is held in memory, owned by the reader
    /// @param places a copy for each block on flash; empty where all are held in memory
    /// @param pins   owned by the reader
    /// @param lookups hears what was read
    /// @param readAhead hears of what is read of an object that is not all held
    /// @param epochs  hears of each block that is read
    OpenObject(
            BucketState bucket,
            StoredObject stored,
            BlockSource source,
            ObjectTable table,
            List<Optional<Block>> held,
            List<Place> places,
            List<SegmentTier.Pin> pins,
            Lookups lookups,
            RangeReadAhead readAhead,
            EpochReadAhead epochs) {
        this.bucket = bucket;
        this.stored = stored;
        this.source = source;
        this.table = table;
        this.held = new ArrayList<>(held);
        this.places = places;
        this.pins = pins;
        this.lookups = lookups;
        this.readAhead = readAhead;
        this.epochs = epochs;
    }

    /// Takes a lease on the first block, which was just read, and keeps it.
    OpenObject holding(Block first) {
        if (held.getFirst().isEmpty()) {
            held.set(0, Optional.of(first.retain()));
        }
        return this;
    }

    @Override
    public ObjectInfo info() {
        return stored.info();
    }

    @Override
    public int blockCount() {
        return stored.blocks().size();
    }

    BlockInfo block(int index) {
        return stored.blocks().get(index);
    }

    @Override
    public long blockOffset(int index) {
        long offset = 0;
        for (int i = 0; i < index; i++) {
            offset += stored.blocks().get(i).lengthBytes();
        }
        return offset;
    }

    @Override
    public int blockCrc32c(int index) {
        return block(index).crc32c();
    }

    @Override
    public int blockAt(long offset) {
        long end = 0;
        for (int i = 0; i < stored.blocks().size(); i++) {
            end += stored.blocks().get(i).lengthBytes();
            if (offset < end) {
                return i;
            }
        }
        throw new IndexOutOfBoundsException(
                "offset " + offset + " in an object of " + end + " bytes");
    }

    @Override
    public void willRead(long offset, long lengthBytes) {
        boolean isHeld = places.isEmpty();
        if (!isHeld && blockCount() > 1 && lengthBytes > 0) {
            follower = Optional.of(readAhead.follow(bucket, stored, offset, lengthBytes));
        }
    }

    @Override
    public Block read(int index) {
        return tryRead(index).orElseGet(() -> {
            try {
                var info = stored.blocks().get(index);
                var block = source.fromFlash(bucket, stored, info, places.get(index));
                lookups.moved(bucket, stored.info().key(), info.lengthBytes(), Traffic::flashRead);
                return block;
            } catch (StorageException lost) {
                dropIfLost(lost);
                throw lost;
            }
        });
    }

    @Override
    public Optional<Block> tryRead(int index) {
        var block = take(index);
        if (block.isPresent()) {
            lookups.moved(bucket, stored.info().key(), stored.blocks().get(index).lengthBytes(),
                    Traffic::memoryRead);
        }
        // Even if it waits for flash next.
        epochs.read(bucket, stored, index, block.isPresent());
        follower.ifPresent(following -> following.takes(index));
        return block;
    }

    private Optional<Block> take(int index) {
        var info = stored.blocks().get(index);
        var block = held.get(index);
        if (block.isEmpty()) {
            return source.fromMemory(info);
        }
        if (blockCount() > 1) {
            source.countRead(info);
        }
        return block.map(Block::retain);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        held.forEach(block -> block.ifPresent(Block::close));
        pins.forEach(SegmentTier.Pin::close);
    }

    private void dropIfLost(StorageException lost) {
        boolean forGood = lost.kind() == StorageException.Kind.CORRUPT
                || lost.kind() == StorageException.Kind.ABSENT;
        if (forGood && !bucket.isDurable()) {
            table.dropLost(bucket, stored.info(), lost.getMessage());
        }
    }
}

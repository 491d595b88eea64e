package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.bytes.Slab;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// Stands around a catalog and a slab, and tells at which steps of an operation a process may be
/// killed: before and after each commit, and before a slot of the memory index is filled.
final class KillPoints {
    private final Runnable step;

    KillPoints(Runnable step) {
        this.step = step;
    }

    Slab around(Slab slab) {
        return new Slab() {
            @Override
            public Optional<Block> allocate(int lengthBytes) {
                return slab.allocate(lengthBytes);
            }

            @Override
            public long footprintBytes(int lengthBytes) {
                return slab.footprintBytes(lengthBytes);
            }

            @Override
            public MemorySegment notes() {
                return slab.notes();
            }

            @Override
            public long[] chunks(Block block) {
                step.run();
                return slab.chunks(block);
            }

            @Override
            public Optional<Block> adopt(int lengthBytes, long[] chunks) {
                return slab.adopt(lengthBytes, chunks);
            }

            @Override
            public long capacityBytes() {
                return slab.capacityBytes();
            }

            @Override
            public long usedBytes() {
                return slab.usedBytes();
            }

            @Override
            public void close() {
                slab.close();
            }
        };
    }

    Catalog around(Catalog catalog) {
        return new Catalog() {
            @Override
            public void commit(List<Change> changes) {
                step.run();
                catalog.commit(changes);
                step.run();
            }

            @Override
            public List<BucketRecord> buckets() {
                return catalog.buckets();
            }

            @Override
            public Optional<StoredObject> object(int bucket, ObjectKey key) {
                return catalog.object(bucket, key);
            }

            @Override
            public boolean mayHaveObject(int bucket, ObjectKey key) {
                return catalog.mayHaveObject(bucket, key);
            }

            @Override
            public Optional<BlockEntry> block(long id) {
                return catalog.block(id);
            }

            @Override
            public List<Optional<BlockEntry>> blocks(List<Long> ids) {
                return catalog.blocks(ids);
            }

            @Override
            public void sync() {
                catalog.sync();
            }

            @Override
            public Cursor<StoredObject> objects(int bucket, ObjectKey prefix) {
                return catalog.objects(bucket, prefix);
            }

            @Override
            public Cursor<BlockEntry> allBlocks() {
                return catalog.allBlocks();
            }

            @Override
            public long reserve(Numbers use, long count) {
                return catalog.reserve(use, count);
            }

            @Override
            public void close() {
                catalog.close();
            }
        };
    }
}

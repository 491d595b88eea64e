package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.bytes.Crc32c;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.engine.ObjectTable.Draft;
import dev.varve.env.Invariant;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An object being written: cut into blocks, checksummed on the way.
///
/// For a durable bucket each block goes to flash as soon as it is full. For a cache bucket the
/// blocks stay in memory, unless the object turns out to be so large that it would crowd out the
/// others; then it goes to flash like a durable one.
///
/// Confined to one thread at a time.
final class PendingObject implements ObjectWriter {
    private final WritePath path;
    private final BucketState bucket;
    private final ObjectKey key;
    private final long expectedBytes;
    private final List<Draft> drafts = new ArrayList<>();
    /// Memory taken in advance, for writers that must not wait.
    private final Deque<Block> reserved;
    private final int client;
    private @Nullable Block filling;
    private int filledBytes;
    private Crc32c crc = new Crc32c();
    private long lengthBytes;
    private long keptBytes;
    private boolean spilled;
    private boolean ended;

    /// @param expectedBytes length of the object, or -1
    /// @param reserved      blocks for all of it, in order, owned by the writer; or none
    /// @param client        who writes: [Bucket#as]
    PendingObject(
            WritePath path,
            BucketState bucket,
            ObjectKey key,
            long expectedBytes,
            Deque<Block> reserved,
            int client) {
        this.path = path;
        this.bucket = bucket;
        this.key = key;
        this.expectedBytes = expectedBytes;
        this.reserved = reserved;
        this.client = client;
        this.spilled = bucket.isDurable();
    }

    static PendingObject unreserved(
            WritePath path,
            BucketState bucket,
            ObjectKey key,
            long expectedBytes,
            int client) {
        return new PendingObject(
                path, bucket, key, expectedBytes, new ArrayDeque<>(0), client);
    }

    @Override
    public void write(ByteBuffer source) {
        Invariant.check(!ended, "a writer takes no bytes after its end");
        if (expectedBytes >= 0 && lengthBytes + source.remaining() > expectedBytes) {
            throw new IllegalArgumentException("writer of " + expectedBytes + " bytes was given "
                    + (lengthBytes + source.remaining()));
        }
        while (source.hasRemaining()) {
            var block = current();
            int part = Math.min(source.remaining(), block.lengthBytes() - filledBytes);
            var slice = MemorySegment.ofBuffer(source.slice(source.position(), part));
            block.copyIn(filledBytes, slice);
            source.position(source.position() + part);
            took(block, slice);
        }
    }

    @Override
    public Optional<ByteBuffer> room() {
        boolean reservedOnly = filling != null || !reserved.isEmpty();
        return ended || !reservedOnly || lengthBytes >= expectedBytes
                ? Optional.empty()
                : Optional.of(restOfRun(current()).asByteBuffer());
    }

    @Override
    public void filled(int bytes) {
        if (filling == null) {
            throw new IllegalStateException("no room was given for " + bytes + " bytes");
        }
        var block = filling;
        took(block, restOfRun(block).asSlice(0, bytes));
    }

    /// The memory from where a block is filled to, up to the end of the run.
    private MemorySegment restOfRun(Block block) {
        long at = filledBytes;
        int run = 0;
        while (at >= block.run(run).byteSize()) {
            at -= block.run(run).byteSize();
            run++;
        }
        return block.run(run).asSlice(at);
    }

    /// Counts bytes that are in the block being filled now.
    private void took(Block block, MemorySegment bytes) {
        crc.update(bytes);
        filledBytes += (int) bytes.byteSize();
        lengthBytes += bytes.byteSize();
        if (filledBytes == block.lengthBytes()) {
            seal(block);
        }
    }

    @Override
    public long lengthBytes() {
        return lengthBytes;
    }

    @Override
    public CommitOutcome commit(ObjectAttributes attributes, Precondition precondition) {
        complete();
        if (spilled) {
            spillAll();
        }
        var stored = stored(attributes);
        path.flushBlocks(bucket);
        ended = true;
        var outcome = path.commit(bucket, stored, drafts, precondition);
        path.wrote(bucket, key, outcome, client);
        path.flushCommit(bucket);
        return outcome;
    }

    @Override
    public Optional<CommitOutcome> tryCommit(
            ObjectAttributes attributes,
            Precondition precondition) {
        if (spilled || (filling != null && filledBytes < filling.lengthBytes())) {
            return Optional.empty();
        }
        complete();
        var outcome = path.tryCommit(bucket, stored(attributes), drafts, precondition);
        outcome.ifPresent(known -> {
            ended = true;
            path.wrote(bucket, key, known, client);
        });
        return outcome;
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            drafts.forEach(draft -> path.release(draft.place()));
        }
        closeBlocks();
    }

    private void closeBlocks() {
        drafts.forEach(draft -> closeBlock(draft.block()));
        drafts.clear();
        reserved.forEach(Block::close);
        reserved.clear();
        closeBlock(filling);
        filling = null;
    }

    private static void closeBlock(@Nullable Block block) {
        if (block != null) {
            block.close();
        }
    }

    private Block current() {
        var block = filling;
        if (block == null) {
            block = reserved.isEmpty() ? path.allocate(nextBlockBytes()) : reserved.remove();
            filling = block;
            filledBytes = 0;
        }
        return block;
    }

    private int nextBlockBytes() {
        int blockBytes = path.blockBytes(bucket);
        return expectedBytes < 0
                ? blockBytes
                : (int) Math.min(blockBytes, expectedBytes - lengthBytes);
    }

    private void seal(Block block) {
        var info = new BlockInfo(path.nextId(), block.lengthBytes(), crc.value());
        crc = new Crc32c();
        filling = null;
        drafts.add(new Draft(info, block, null));
        keptBytes += info.lengthBytes();
        if (!spilled && keptBytes > path.maxUnspilledBytes()) {
            spilled = true;
            spillAll();
        } else if (spilled) {
            spill(drafts.size() - 1);
        }
    }

    /// Ends the last block: cuts it to what was filled. A cache object has at least one block, so
    /// that eviction can find it.
    private void complete() {
        var block = filling;
        if (block != null) {
            var exact = path.allocate(filledBytes);
            try (block) {
                copy(block, exact, filledBytes);
            }
            seal(exact);
        } else if (drafts.isEmpty() && !bucket.isDurable()) {
            seal(reserved.isEmpty() ? path.allocate(0) : reserved.remove());
        }
    }

    private static void copy(Block from, Block to, int length) {
        int at = 0;
        for (int i = 0; i < from.runCount() && at < length; i++) {
            var run = from.run(i);
            long part = Math.min(run.byteSize(), length - at);
            to.copyIn(at, run.asSlice(0, part));
            at += (int) part;
        }
    }

    private void spillAll() {
        for (int i = 0; i < drafts.size(); i++) {
            if (drafts.get(i).place() == null) {
                spill(i);
            }
        }
    }

    /// Gives a block its copy on flash, and lets its memory go where the object has enough already.
    private void spill(int index) {
        var draft = drafts.get(index);
        var block = draft.block();
        if (block == null) {
            throw new IllegalStateException("block " + draft.info().id() + " has no bytes");
        }
        var purpose = bucket.isDurable() ? Purpose.DURABLE : Purpose.CACHE;
        Place place = path.writeToFlash(purpose, new SegmentTier.Write(draft.info(), block));
        boolean keep = keptBytes <= path.maxKeptBytes();
        drafts.set(index, new Draft(draft.info(), keep ? block : null, place));
        if (!keep) {
            keptBytes -= draft.info().lengthBytes();
            block.close();
        }
    }

    private StoredObject stored(ObjectAttributes attributes) {
        Invariant.check(expectedBytes < 0 || lengthBytes == expectedBytes,
                "a writer of known length is committed with all its bytes");
        var info = new ObjectInfo(
                key, lengthBytes, path.nextId(), path.epochMillis(), attributes);
        return new StoredObject(info, drafts.stream().map(Draft::info).toList());
    }
}

package dev.varve.door.local;

import dev.varve.bytes.Block;
import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.ObjectReader;
import dev.varve.engine.Peek;
import dev.varve.engine.ReadAhead;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Where does it lie? For each key an entry with a lease, and the places of the value's bytes in
/// the memory that the client has mapped.
///
/// Confined to one thread at a time.
final class GetQuestion implements Question {
    private final Door door;
    private final Bucket bucket;
    private final Leases leases;
    private final ReadAhead readAhead;
    private final ByteBuf answers;
    private final List<Long> granted = new ArrayList<>();

    /// @param answers borrowed
    GetQuestion(Door door, Bucket bucket, Leases leases, ReadAhead readAhead, ByteBuf answers) {
        this.door = door;
        this.bucket = bucket;
        this.leases = leases;
        this.readAhead = readAhead;
        this.answers = answers;
    }

    @Override
    public boolean tryAsk(ObjectKey key) {
        return switch (bucket.tryOpen(key)) {
            case Peek.Miss<ObjectReader> _ -> miss();
            case Peek.Unsure<ObjectReader> _ -> false;
            case Peek.Hit<ObjectReader>(var reader) -> {
                try (reader) {
                    yield lease(reader, false);
                }
            }
        };
    }

    @Override
    public void ask(ObjectKey key) {
        var mark = answers.writerIndex();
        try {
            var found = bucket.open(key);
            if (found.isEmpty()) {
                miss();
                return;
            }
            try (var reader = found.get()) {
                lease(reader, true);
            }
        } catch (StorageException e) {
            if (!isLoss(e)) {
                throw e;
            }
            answers.writerIndex(mark);
            miss();
        }
    }

    @Override
    public void withdraw() {
        granted.forEach(leases::release);
    }

    /// Whether a cache has lost the value, which is a miss.
    static boolean isLoss(StorageException e) {
        return e.kind() == Kind.CORRUPT || e.kind() == Kind.ABSENT;
    }

    /// @return false if that needs waiting, which `mayWait` forbids
    private boolean lease(ObjectReader reader, boolean mayWait) {
        long bytes = reader.info().sizeBytes();
        if (!leases.reserve(bytes)) {
            door.tallies().unleased.increment();
            entry(FrameLayout.UNLEASED, 0, 0, bytes);
            return true;
        }
        var blocks = new ArrayList<Block>(reader.blockCount());
        boolean complete = false;
        try {
            reader.willRead(0, bytes);
            for (int i = 0; i < reader.blockCount(); i++) {
                var block = reader.tryRead(i);
                if (block.isEmpty() && !mayWait) {
                    return false;
                }
                blocks.add(block.isPresent() ? block.get() : reader.read(i));
            }
            complete = true;
        } finally {
            if (!complete) {
                blocks.forEach(Block::close);
                leases.cancel(bytes);
            }
        }
        readAhead.read(reader.info());
        door.tallies().leased.increment();
        int start = answers.writerIndex();
        entry(FrameLayout.LEASED, blocks.size(), 0, bytes);
        for (int i = 0; i < blocks.size(); i++) {
            place(blocks.get(i), reader.blockCrc32c(i));
        }
        long handle = leases.grant(blocks, bytes);
        granted.add(handle);
        answers.setLongLE(start + 8, handle);
        return true;
    }

    private boolean miss() {
        entry(FrameLayout.MISS, 0, 0, 0);
        return true;
    }

    private void entry(int outcome, int blockCount, long handle, long bytes) {
        answers.writeByte(outcome).writeByte(0).writeShortLE(0).writeIntLE(blockCount);
        answers.writeLongLE(handle).writeLongLE(bytes);
    }

    private void place(Block block, int crc32c) {
        answers.writeIntLE(block.lengthBytes()).writeIntLE(crc32c);
        answers.writeIntLE(block.runCount()).writeIntLE(0);
        for (int i = 0; i < block.runCount(); i++) {
            var run = block.run(i);
            answers.writeLongLE(door.memory().offsetOf(run)).writeLongLE(run.byteSize());
        }
    }
}

package dev.varve.door.s3;

import dev.varve.bytes.Block;
import dev.varve.engine.ObjectReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Walks a range of an object's bytes block by block.
///
/// Confined to one thread at a time.
final class SliceWalk implements AutoCloseable {
    private final ObjectReader reader;
    private final long lengthBytes;
    private final long end;
    private long offset;
    private Optional<Piece> fetched = Optional.empty();

    /// The bytes of the range that lie in one block.
    ///
    /// @param block leased until this is closed
    /// @param runs  borrowed until then
    record Piece(Block block, List<ByteBuffer> runs, int lengthBytes) implements AutoCloseable {
        @Override
        public void close() {
            block.close();
        }
    }

    /// @param reader owned
    SliceWalk(ObjectReader reader, ByteRange range) {
        this.reader = reader;
        this.offset = range.offset();
        this.lengthBytes = range.lengthBytes();
        this.end = range.offset() + range.lengthBytes();
        reader.willRead(range.offset(), range.lengthBytes());
    }

    long lengthBytes() {
        return lengthBytes;
    }

    boolean hasNext() {
        return offset < end || fetched.isPresent();
    }

    /// Reads the first block ahead of [#next]; may wait for a disk if it is not in memory.
    void prefetch() {
        if (offset < end) {
            fetched = Optional.of(read());
        }
    }

    /// Reads the next block; may wait for a disk if it is not in memory.
    ///
    /// @return owned by the caller
    Piece next() {
        var piece = fetched.orElseGet(this::read);
        fetched = Optional.empty();
        return piece;
    }

    @Override
    public void close() {
        fetched.ifPresent(Piece::close);
        reader.close();
    }

    private Piece read() {
        int index = reader.blockAt(offset);
        var block = reader.tryRead(index).orElseGet(() -> reader.read(index));
        return take(block, reader.blockOffset(index));
    }

    private Piece take(Block block, long blockOffset) {
        int from = Math.toIntExact(offset - blockOffset);
        int to = (int) Math.min(block.lengthBytes(), end - blockOffset);
        var runs = new ArrayList<ByteBuffer>(block.runCount());
        int runStart = 0;
        for (int i = 0; i < block.runCount(); i++) {
            var run = block.run(i);
            int runEnd = runStart + Math.toIntExact(run.byteSize());
            int first = Math.max(from, runStart);
            int last = Math.min(to, runEnd);
            if (first < last) {
                runs.add(run.asSlice(first - runStart, last - first).asByteBuffer());
            }
            runStart = runEnd;
        }
        offset = blockOffset + to;
        return new Piece(block, runs, to - from);
    }
}

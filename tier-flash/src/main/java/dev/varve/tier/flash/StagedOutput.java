package dev.varve.tier.flash;

import dev.varve.bytes.Block;
import dev.varve.env.DiskFile;
import dev.varve.tier.Pace;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Gathers small pieces in a buffer and writes them to consecutive pages of a file.
///
/// Confined to its thread.
final class StagedOutput {
    private final Transfers transfers;
    private final DiskFile file;
    private final MemorySegment buffer;
    private final Pace pace;
    private long bufferOffset;
    private int filled;

    /// @param buffer borrowed until the last use of this object
    /// @param offset where the first byte goes; a multiple of 4 KiB
    StagedOutput(
            Transfers transfers,
            DiskFile file,
            MemorySegment buffer,
            long offset,
            Pace pace) {
        this.transfers = transfers;
        this.file = file;
        this.buffer = buffer;
        this.bufferOffset = offset;
        this.pace = pace;
    }

    /// Where the next byte goes.
    long offset() {
        return bufferOffset + filled;
    }

    void append(MemorySegment bytes) {
        for (long done = 0; done < bytes.byteSize();) {
            MemorySegment room = room(bytes.byteSize() - done);
            room.copyFrom(bytes.asSlice(done, room.byteSize()));
            done += appended(room);
        }
    }

    void append(Block block) {
        for (int done = 0; done < block.lengthBytes();) {
            MemorySegment room = room(block.lengthBytes() - done);
            block.copyOut(done, room);
            done += appended(room);
        }
    }

    /// Appends zeros up to a multiple of `alignment`.
    void pad(int alignment) {
        long end = (offset() + alignment - 1) / alignment * alignment;
        while (offset() < end) {
            appended(room(end - offset()).fill((byte) 0));
        }
    }

    /// Fills the last page with zeros and writes what is left.
    void finish() {
        finishWith(List.of());
    }

    /// Fills the last page with zeros and writes what is left, and whole pages behind it.
    void finishWith(List<MemorySegment> more) {
        pad(PageLayout.BYTES);
        List<MemorySegment> pieces = new ArrayList<>(more.size() + 1);
        if (filled > 0) {
            pieces.add(buffer.asSlice(0, filled));
        }
        pieces.addAll(more);
        if (pace.isFull()) {
            transfers.write(file, bufferOffset, pieces);
        } else {
            new Pieces(transfers, file, bufferOffset, pace).write(pieces);
        }
    }

    private MemorySegment room(long wanted) {
        if (filled == buffer.byteSize()) {
            flush();
        }
        return buffer.asSlice(filled, Math.min(wanted, buffer.byteSize() - filled));
    }

    private int appended(MemorySegment bytes) {
        filled += (int) bytes.byteSize();
        return (int) bytes.byteSize();
    }

    private void flush() {
        if (filled > 0) {
            pace.await(filled);
            transfers.write(file, bufferOffset, buffer.asSlice(0, filled));
            bufferOffset += filled;
            filled = 0;
        }
    }
}

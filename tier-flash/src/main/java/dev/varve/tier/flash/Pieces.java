package dev.varve.tier.flash;

import dev.varve.bytes.Crc32c;
import dev.varve.env.DiskFile;
import dev.varve.tier.Pace;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A transfer that is made piece by piece, each when the pace lets it.
///
/// @param file   where it goes or comes from
/// @param offset of the first byte in the file
///
/// Immutable.
record Pieces(Transfers transfers, DiskFile file, long offset, Pace pace) {

    /// Writes consecutive bytes from several pieces of memory (borrowed).
    void write(List<MemorySegment> sources) {
        long at = offset;
        for (var piece : cut(sources)) {
            int bytes = bytes(piece);
            pace.await(bytes);
            transfers.write(file, at, piece);
            at += bytes;
        }
    }

    /// Reads consecutive bytes into several pieces of memory (borrowed). What came is checked
    /// piece by piece, too: the checksum of a large block would keep a processor busy for long.
    ///
    /// @param checkedBytes how many of the bytes are content
    /// @return their checksum
    int read(List<MemorySegment> targets, long checkedBytes) {
        var crc = new Crc32c();
        long at = offset;
        long left = checkedBytes;
        for (var piece : cut(targets)) {
            int bytes = bytes(piece);
            pace.await(bytes);
            transfers.read(file, at, piece);
            at += bytes;
            for (var part : piece) {
                long content = Math.min(left, part.byteSize());
                crc.update(part.asSlice(0, content));
                left -= content;
            }
        }
        return crc.value();
    }

    private static int bytes(List<MemorySegment> piece) {
        return (int) piece.stream().mapToLong(MemorySegment::byteSize).sum();
    }

    /// Cuts memory into pieces of at most [Pace#PIECE_BYTES], in order.
    static List<List<MemorySegment>> cut(List<MemorySegment> memory) {
        var pieces = new ArrayList<List<MemorySegment>>();
        var piece = new ArrayList<MemorySegment>();
        long room = Pace.PIECE_BYTES;
        for (var segment : memory) {
            for (long done = 0; done < segment.byteSize();) {
                if (room == 0) {
                    pieces.add(piece);
                    piece = new ArrayList<>();
                    room = Pace.PIECE_BYTES;
                }
                long length = Math.min(room, segment.byteSize() - done);
                piece.add(segment.asSlice(done, length));
                done += length;
                room -= length;
            }
        }
        if (!piece.isEmpty()) {
            pieces.add(piece);
        }
        return pieces;
    }
}

package dev.varve.env;

import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// A file of a [FolderDisk].
///
/// Thread-safe: positional transfers share nothing.
final class ChannelFile implements DiskFile {
    /// Linux moves at most 2 GiB less a page in one call, and a buffer view no more than 2 GiB.
    private static final long MAX_TRANSFER_BYTES = 1 << 30;

    private final Path path;
    private final FileChannel channel;

    ChannelFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    @Override
    public void read(long offset, MemorySegment target) {
        for (long done = 0; done < target.byteSize();) {
            ByteBuffer view = view(target, done);
            int count;
            try {
                count = channel.read(view, offset + done);
            } catch (IOException e) {
                throw failure("reading", offset + done, e);
            }
            done += Math.max(count, 0);
            // Asked before going on, because a direct transfer cannot go on from within a page.
            if (count <= 0 || (done < target.byteSize() && offset + done >= sizeBytes())) {
                throw new StorageException(Kind.CORRUPT,
                        path + " must have " + target.byteSize() + " bytes from offset " + offset
                                + ", but ends after " + done);
            }
        }
    }

    @Override
    public void write(long offset, MemorySegment source) {
        for (long done = 0; done < source.byteSize();) {
            ByteBuffer view = view(source, done);
            try {
                done += channel.write(view, offset + done);
            } catch (IOException e) {
                throw failure("writing", offset + done, e);
            }
        }
    }

    @Override
    public void sync() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw failure("syncing", 0, e);
        }
    }

    @Override
    public void truncate(long sizeBytes) {
        try {
            channel.truncate(sizeBytes);
        } catch (IOException e) {
            throw failure("truncating", sizeBytes, e);
        }
    }

    @Override
    public long sizeBytes() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw failure("asking for the size", 0, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failure("closing", 0, e);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private static ByteBuffer view(MemorySegment segment, long from) {
        long length = Math.min(MAX_TRANSFER_BYTES, segment.byteSize() - from);
        return segment.asSlice(from, length).asByteBuffer();
    }

    private StorageException failure(String doing, long offset, IOException e) {
        String what = doing + " " + path + " at offset " + offset;
        if (e instanceof ClosedChannelException) {
            return new StorageException(Kind.CLOSED, what + ": the file is closed", e);
        }
        return FolderDisk.failure(what, e);
    }
}

package dev.varve.env;

import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingDeque;

/// A file of a [FolderDisk].
///
/// Java offers transfers of several pieces only at a channel's own position, one at a time. Such
/// transfers therefore borrow a further channel each, opened when needed, of which a few are kept.
///
/// Thread-safe: positional transfers share nothing; further channels are lent by a concurrent
/// queue.
final class ChannelFile implements DiskFile {
    /// Linux moves at most 2 GiB less a page in one call, and a buffer view no more than 2 GiB.
    private static final long MAX_TRANSFER_BYTES = 1 << 30;

    private static final int KEPT_CHANNELS = 4;

    private final Path path;
    private final Set<OpenOption> options;
    private final FileChannel channel;
    /// Device and number of the file, by which it is told from a later one of the same name.
    private final Optional<Object> key;
    private final LinkedBlockingDeque<FileChannel> further = new LinkedBlockingDeque<>(
            KEPT_CHANNELS);
    private volatile boolean closed;

    private ChannelFile(
            Path path,
            Set<OpenOption> options,
            FileChannel channel,
            Optional<Object> key) {
        this.path = path;
        this.options = options;
        this.channel = channel;
        this.key = key;
    }

    /// @param options how the file is opened, or created, which happens once
    static ChannelFile open(Path path, Set<OpenOption> options) throws IOException {
        FileChannel channel = FileChannel.open(path, options);
        var again = new HashSet<>(options);
        again.remove(StandardOpenOption.CREATE_NEW);
        return new ChannelFile(path, again, channel, keyOf(path));
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
                throw tooShort(offset, target.byteSize(), done);
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
    public void read(long offset, List<MemorySegment> targets) {
        var together = targets.size() > 1 ? borrow() : Optional.<FileChannel>empty();
        if (together.isEmpty()) {
            DiskFile.super.read(offset, targets);
            return;
        }
        FileChannel lent = together.get();
        ByteBuffer[] views = views(targets);
        long size = targets.stream().mapToLong(MemorySegment::byteSize).sum();
        try {
            lent.position(offset);
            for (long done = 0; done < size;) {
                long count = lent.read(views);
                done += Math.max(count, 0);
                if (count <= 0 || (done < size && offset + done >= sizeBytes())) {
                    throw tooShort(offset, size, done);
                }
            }
        } catch (IOException e) {
            throw failure("reading", offset, e);
        } finally {
            giveBack(lent);
        }
    }

    @Override
    public void write(long offset, List<MemorySegment> sources) {
        var together = sources.size() > 1 ? borrow() : Optional.<FileChannel>empty();
        if (together.isEmpty()) {
            DiskFile.super.write(offset, sources);
            return;
        }
        FileChannel lent = together.get();
        ByteBuffer[] views = views(sources);
        long left = sources.stream().mapToLong(MemorySegment::byteSize).sum();
        try {
            lent.position(offset);
            while (left > 0) {
                left -= lent.write(views);
            }
        } catch (IOException e) {
            throw failure("writing", offset, e);
        } finally {
            giveBack(lent);
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
        closed = true;
        try {
            channel.close();
            closeFurther();
        } catch (IOException e) {
            throw failure("closing", 0, e);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /// A channel of the same file for one transfer; empty where the name is gone or another's by
    /// now.
    private Optional<FileChannel> borrow() {
        FileChannel kept = further.poll();
        if (kept != null) {
            return Optional.of(kept);
        }
        if (closed || key.isEmpty()) {
            return Optional.empty();
        }
        try {
            FileChannel opened = FileChannel.open(path, options);
            if (keyOf(path).equals(key)) {
                return Optional.of(opened);
            }
            opened.close();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void giveBack(FileChannel lent) {
        try {
            if (!further.offer(lent)) {
                lent.close();
            }
            if (closed) {
                closeFurther();
            }
        } catch (IOException e) {
            throw failure("closing", 0, e);
        }
    }

    private void closeFurther() throws IOException {
        for (FileChannel one = further.poll(); one != null; one = further.poll()) {
            one.close();
        }
    }

    private static Optional<Object> keyOf(Path path) throws IOException {
        return Optional.ofNullable(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    }

    private static ByteBuffer[] views(List<MemorySegment> pieces) {
        return pieces.stream().map(MemorySegment::asByteBuffer).toArray(ByteBuffer[]::new);
    }

    private StorageException tooShort(long offset, long wanted, long found) {
        return new StorageException(Kind.CORRUPT, path + " must have " + wanted
                + " bytes from offset " + offset + ", but ends after " + found);
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

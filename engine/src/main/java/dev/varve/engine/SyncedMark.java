package dev.varve.engine;

import dev.varve.bytes.Crc32c;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Remembers, beside the database, the last change that was ever made durable, so that a start can
/// tell a log whose end was never synced (usual after a power failure) from one that lost what was
/// promised (damage).
///
/// The file is written after a sync, and is itself not synced: whichever state of it survives, it
/// never claims too much. Its 32 bytes lie within one sector, and a torn one is told by its
/// checksum and counts for nothing.
///
///     0  magic "VARVESYN"      8
///     8  format, 1             4
///     12 zero                  4
///     16 last durable change   8
///     24 zero                  4
///     28 CRC-32C of 0 to 28    4
///
/// Confined to one thread at a time.
final class SyncedMark implements AutoCloseable {
    static final String FILE = "SYNCED";

    private static final long MAGIC = 0x4e59534556524156L;
    private static final int FORMAT = 1;
    private static final int LENGTH_BYTES = 32;
    private static final int CHECKED_BYTES = 28;

    private final Path path;
    /// Deliberately not a channel, because an interrupt of the calling thread would close that.
    private final RandomAccessFile file;

    private SyncedMark(Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
    }

    static boolean exists(Path folder) {
        return Files.exists(folder.resolve(FILE));
    }

    /// The last change known to be durable; 0 if nothing is known.
    static long read(Path folder) {
        var bytes = new byte[LENGTH_BYTES];
        try (var file = new RandomAccessFile(folder.resolve(FILE).toFile(), "r")) {
            file.readFully(bytes);
        } catch (FileNotFoundException | EOFException e) {
            return 0;
        } catch (IOException e) {
            throw failure(folder.resolve(FILE), "read", e);
        }
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getLong(0) != MAGIC || in.getInt(CHECKED_BYTES) != checksum(bytes)) {
            return 0;
        }
        int format = in.getInt(8);
        if (format > FORMAT) {
            throw new StorageException(Kind.CONFIG, folder.resolve(FILE)
                    + ": written by a newer version (format " + format + ")");
        }
        return Math.max(0, in.getLong(16));
    }

    /// Opens the file of a folder, creating it if need be, with its name durable.
    static SyncedMark open(Path folder) {
        var path = folder.resolve(FILE);
        try {
            boolean fresh = !Files.exists(path);
            var mark = new SyncedMark(path, new RandomAccessFile(path.toFile(), "rw"));
            if (fresh) {
                mark.write(0);
                mark.force();
                try (var names = FileChannel.open(folder, StandardOpenOption.READ)) {
                    names.force(true);
                }
            }
            return mark;
        } catch (IOException e) {
            throw failure(path, "create", e);
        }
    }

    /// @param durable the last change that is durable now
    void write(long durable) {
        var bytes = new byte[LENGTH_BYTES];
        var out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(0, MAGIC).putInt(8, FORMAT).putLong(16, durable);
        out.putInt(CHECKED_BYTES, checksum(bytes));
        try {
            file.seek(0);
            file.write(bytes);
        } catch (IOException e) {
            throw failure(path, "write", e);
        }
    }

    /// Makes what was written durable.
    void force() {
        try {
            file.getFD().sync();
        } catch (IOException e) {
            throw failure(path, "sync", e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw failure(path, "close", e);
        }
    }

    private static int checksum(byte[] bytes) {
        return Crc32c.of(MemorySegment.ofArray(bytes).asSlice(0, CHECKED_BYTES));
    }

    private static StorageException failure(Path path, String verb, IOException e) {
        return new StorageException(Kind.UNAVAILABLE,
                path + ": could not " + verb + " it: " + e.getMessage(), e);
    }
}

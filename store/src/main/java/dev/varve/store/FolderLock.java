package dev.varve.store;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Makes sure that one process at a time works in a folder, and that the folder's format is one
/// that this version knows. The lock ends with the process, however it ends.
///
/// Thread-safe.
public final class FolderLock implements AutoCloseable {
    private static final String LOCK = "LOCK";
    private static final String FORMAT = "FORMAT";
    private static final String PRODUCT = "varve ";
    private static final int VERSION = 1;

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Takes a folder, which is created if need be.
    ///
    /// @throws StorageException CONFLICT if another process holds it, CONFIG if it is not a store
    ///         or a newer version wrote it, UNAVAILABLE if it cannot be reached
    public static FolderLock take(Path folder) {
        try {
            Files.createDirectories(folder);
            var channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() == null) {
                    throw new OverlappingFileLockException();
                }
                checkFormat(folder);
                return new FolderLock(channel);
            } catch (OverlappingFileLockException held) {
                channel.close();
                throw new StorageException(Kind.CONFLICT,
                        "folder " + folder + " is in use by another Varve", held);
            } catch (IOException | StorageException failed) {
                channel.close();
                throw failed;
            }
        } catch (IOException failed) {
            throw new StorageException(Kind.UNAVAILABLE, "folder " + folder
                    + " cannot be used: " + failed, failed);
        }
    }

    /// Whether a folder has ever been taken, that is, whether it is a store.
    static boolean isTaken(Path folder) {
        return Files.exists(folder.resolve(FORMAT));
    }

    /// Names the process that worked in the folder last, or does now; 0 where nobody said so.
    long run() {
        var name = ByteBuffer.allocate(Long.BYTES);
        try {
            channel.read(name, 0);
        } catch (IOException failed) {
            throw unusable(failed);
        }
        return name.hasRemaining() ? 0 : name.getLong(0);
    }

    /// Says that this process works in the folder from now on.
    ///
    /// @param run a name that no other process has had; never 0
    void begin(long run) {
        try {
            channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, run), 0);
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    private static StorageException unusable(IOException failed) {
        return new StorageException(Kind.UNAVAILABLE, "lock of the folder: " + failed, failed);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failed) {
            throw unusable(failed);
        }
    }

    private static void checkFormat(Path folder) throws IOException {
        var file = folder.resolve(FORMAT);
        if (!Files.exists(file)) {
            var fresh = Files.writeString(folder.resolve(FORMAT + ".new"),
                    PRODUCT + VERSION + "\n");
            try (var written = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(fresh, file);
            return;
        }
        var text = Files.readString(file).strip();
        if (!text.matches(PRODUCT + "[0-9]{1,6}")) {
            throw new StorageException(Kind.CONFIG, "file " + file + " must hold \"" + PRODUCT
                    + VERSION + "\" but holds \"" + text.substring(0, Math.min(40, text.length()))
                    + "\"\nMaybe the folder is not a Varve store.");
        }
        int version = Integer.parseInt(text.substring(PRODUCT.length()));
        if (version > VERSION) {
            throw new StorageException(Kind.CONFIG, "folder " + folder + " has format " + version
                    + ", written by a newer Varve; this one knows formats up to " + VERSION);
        }
    }
}

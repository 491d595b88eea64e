package dev.varve.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/// Loads RocksDB's native code, once for the process.
///
/// RocksDB unpacks it from its jar into a temporary file of 17 MB that it removes at exit, and so
/// leaves one behind for each process that is killed. Here the file is removed as soon as it is
/// loaded, which Linux and macOS allow; elsewhere it stays until the exit.
///
/// Thread-safe: by the lock of the class.
final class RocksLibrary {
    /// Deliberately static, because a process loads a library once.
    @GuardedBy("RocksLibrary.class")
    private static boolean loaded;

    private RocksLibrary() {}

    /// @throws StorageException CONFIG if it cannot be loaded
    static synchronized void load() {
        if (loaded) {
            return;
        }
        try {
            var folder = Files.createTempDirectory("varve-rocksdb-");
            try {
                NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
            } finally {
                remove(folder);
            }
            RocksDB.loadLibrary();
            loaded = true;
        } catch (IOException | LinkageError e) {
            throw new StorageException(Kind.CONFIG, "RocksDB's native library could not be loaded: "
                    + e.getMessage() + "\nMaybe the temporary folder is full or does not allow"
                    + " programs (mount option noexec): name another with -Djava.io.tmpdir.", e);
        }
    }

    private static void remove(Path folder) {
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}

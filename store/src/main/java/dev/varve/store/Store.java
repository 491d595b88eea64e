package dev.varve.store;

import dev.varve.engine.Engine;
import java.nio.file.Path;

/// A folder opened as a store. One process at a time holds a folder.
///
/// Layout of the folder:
///
///     LOCK      held while the store is open
///     FORMAT    version of everything below
///     catalog/  which blocks an object has and where they lie (RocksDB)
///     flash/    segment files
///
/// Thread-safe.
public final class Store implements AutoCloseable {
    private Store() {}

    /// Opens the store in a folder, which is created if need be, and recovers it.
    ///
    /// @throws dev.varve.env.StorageException CONFLICT if another process holds the folder, CONFIG if a
    ///         newer version wrote it or it cannot be used
    public static Store open(Path folder, StoreSettings settings) {
        throw new UnsupportedOperationException("not yet: " + folder + settings);
    }

    /// The engine; closed with the store.
    public Engine engine() {
        throw new UnsupportedOperationException("not yet");
    }

    @Override
    public void close() {}
}

package dev.varve.engine;

import java.util.Optional;

/// A walk over objects in key order.
///
/// Confined to one thread at a time.
public interface ObjectCursor extends AutoCloseable {

    /// The next object, or empty at the end.
    Optional<ObjectInfo> next();

    /// Skips forward so that [#next] gives the first object whose key is `key` or greater. Never
    /// goes back.
    void seek(ObjectKey key);

    @Override
    void close();
}

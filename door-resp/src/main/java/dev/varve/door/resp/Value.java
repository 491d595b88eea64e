package dev.varve.door.resp;

import dev.varve.engine.ObjectWriter;
import dev.varve.env.StorageException;

/// What a client sent to be stored.
sealed interface Value {

    /// Short: held by the request.
    record Whole(byte[] bytes) implements Value {}

    /// Long: went into the engine as it arrived, and waits there for its commit.
    ///
    /// @param writer owned by the request, which closes it
    /// @param blocks whether writing may wait, so that it must not happen on an event loop
    record Streamed(ObjectWriter writer, boolean blocks) implements Value {}

    /// Long, and the engine could not take it, for this reason.
    record Lost(StorageException cause) implements Value {}
}

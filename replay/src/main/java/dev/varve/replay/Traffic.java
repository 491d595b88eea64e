package dev.varve.replay;

import java.util.Optional;

/// A stream of requests in the order of their times, to be read once.
///
/// Confined to one thread at a time.
public interface Traffic extends AutoCloseable {

    /// The next request; empty at the end, and from then on.
    ///
    /// @throws dev.varve.env.StorageException CONFIG where the source is malformed, with its line;
    ///         UNAVAILABLE where it cannot be read
    Optional<TraceRequest> next();

    /// Where the requests come from, for people: one line, which says whether they are real.
    String description();

    @Override
    void close();
}

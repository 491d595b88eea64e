package dev.varve.replay;

import java.util.List;
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

    /// Which share of all keys the requests are: memory for them stands for so much more.
    ///
    /// @return above 0, at most 1
    default double sampleRate() {
        return 1;
    }

    /// What a user must know once the end is reached, such as that something is missing; a line
    /// each.
    default List<String> remarks() {
        return List.of();
    }

    @Override
    void close();
}

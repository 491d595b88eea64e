package dev.varve.engine;

/// Follows one client, learns in which order it reads, and brings up from flash what it is going
/// to read next; only what is large enough to wait for counts.
///
/// Confined to one thread at a time.
public interface ReadAhead {

    /// The reader asked for this object, or whether it is there. Never blocks.
    void read(ObjectInfo info);
}

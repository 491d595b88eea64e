package dev.varve.engine;

/// Follows one client, learns in which order it reads, and brings up from flash what it is going
/// to read next; only what is large enough to wait for counts. Learns what it writes together.
///
/// Confined to one thread at a time.
public interface ReadAhead {

    /// The reader asked for this object, or whether it is there. Never blocks.
    void read(ObjectInfo info);

    /// The client wrote this object. Never blocks.
    ///
    /// @param goesOn whether it asked for nothing since the one that it wrote before
    void wrote(ObjectKey key, boolean goesOn);
}

package dev.varve.engine;

/// What a bucket promises.
public enum BucketClass {
    /// An acknowledged write is on stable storage and is never dropped.
    DURABLE,
    /// An object may be evicted at any time, survives a restart where it can, and is never served
    /// wrong.
    CACHE
}

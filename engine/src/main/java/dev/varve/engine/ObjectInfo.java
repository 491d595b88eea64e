package dev.varve.engine;

/// An object as it can be described without its bytes.
///
/// @param key           its name
/// @param sizeBytes     length of its content
/// @param version       unique within the store; a replaced object has another one
/// @param createdMillis when it was committed, in milliseconds since the epoch
/// @param attributes    what its writer said about it
///
/// Immutable.
public record ObjectInfo(
        ObjectKey key,
        long sizeBytes,
        long version,
        long createdMillis,
        ObjectAttributes attributes) {}

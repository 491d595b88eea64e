package dev.varve.engine;

import java.util.List;
import java.util.OptionalLong;

/// A part of memory and flash that belongs to some keys of cache buckets; see [Engine#divide].
///
/// A quota is what the keys' blocks may take whatever others do, and what they fall back to when
/// others need the room. Without one, they share what the quotas of others leave.
///
/// @param name        tells shares apart
/// @param prefixes    the keys, in all cache buckets, that begin with one of these; at least one
/// @param memoryBytes the quota of memory, at least 0
/// @param flashBytes  the quota of flash, at least 0
///
/// Immutable.
public record ShareSettings(
        String name,
        List<ObjectKey> prefixes,
        OptionalLong memoryBytes,
        OptionalLong flashBytes) {

    public ShareSettings {
        prefixes = List.copyOf(prefixes);
        if (prefixes.isEmpty()) {
            throw new IllegalArgumentException("share " + name + " must have a prefix");
        }
        if (memoryBytes.orElse(0) < 0 || flashBytes.orElse(0) < 0) {
            throw new IllegalArgumentException("quotas of share " + name + " (" + memoryBytes
                    + ", " + flashBytes + " bytes) must be at least 0");
        }
    }
}

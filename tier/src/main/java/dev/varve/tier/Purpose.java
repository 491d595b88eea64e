package dev.varve.tier;

/// Why bytes are kept; blocks of different purpose never share a segment.
public enum Purpose {
    /// Must survive: space comes back only by cleaning.
    DURABLE,
    /// May go at any time: space comes back by dropping whole segments.
    CACHE
}

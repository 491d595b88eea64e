package dev.varve.tier;

/// Why bytes are kept; blocks of different purpose never share a segment.
public enum Purpose {
    /// Must survive: space comes back only by cleaning.
    DURABLE,
    /// May go at any time: space comes back by dropping whole segments.
    CACHE,
    /// Durable blocks that cleaning has moved. They are colder than fresh ones, so they get
    /// segments of their own.
    CLEANED,
    /// Cache blocks that were written again because others had to go from around them. They get
    /// segments of their own, so that they are not met again each time.
    KEPT;

    /// Whether such writes may use the last of the budget, because they free more than they take.
    public boolean mayUseTheLast() {
        return this == CLEANED || this == KEPT;
    }

    /// Whether blocks kept for this reason must survive.
    public boolean mustSurvive() {
        return this == DURABLE || this == CLEANED;
    }
}

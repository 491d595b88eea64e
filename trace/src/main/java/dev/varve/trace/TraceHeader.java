package dev.varve.trace;

/// What holds for a whole recording.
///
/// @param rate        the share of keys that was recorded, above 0, at most 1
/// @param startMillis when it began, since the epoch
///
/// Immutable.
public record TraceHeader(double rate, long startMillis) {
    public TraceHeader {
        if (!(rate > 0 && rate <= 1)) {
            throw new IllegalArgumentException(
                    "rate (" + rate + ") must be above 0 and at most 1");
        }
    }
}

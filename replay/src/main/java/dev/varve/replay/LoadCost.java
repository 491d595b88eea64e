package dev.varve.replay;

/// What it costs to load a value: so much for the request, and so much for each byte.
///
/// @param requestSeconds 0 or more
/// @param bytesPerSecond greater than 0; infinite where size made no difference
///
/// Immutable.
record LoadCost(double requestSeconds, double bytesPerSecond) {

    /// The line through two measurements. Where the larger value was not slower, the size is said
    /// to cost nothing; where the line would meet zero above it, the request is.
    static LoadCost through(Measured small, Measured large) {
        double seconds = Math.max(0, (large.nanos() - small.nanos()) / 1e9);
        double bytesPerSecond = (large.bytes() - small.bytes()) / seconds;
        double request = small.nanos() / 1e9 - small.bytes() / bytesPerSecond;
        return new LoadCost(Math.max(0, request), bytesPerSecond);
    }

    double seconds(double bytes) {
        return requestSeconds + bytes / bytesPerSecond;
    }

    /// How long values of one size took.
    record Measured(int bytes, long nanos) {}
}

package dev.varve.bench.load;

import java.util.List;
import org.HdrHistogram.Histogram;

/// What came of a [LoadPlan].
///
/// @param requests     answered
/// @param contentBytes of values, both ways
/// @param present      keys that were there, where nothing but that was asked
/// @param misses       keys that were not there
/// @param wrong        values of another key or length, and answers followed by what nobody asked
/// @param failed       answers that were errors
/// @param firstFailure what the first of them said; empty where none failed
/// @param elapsedNanos from the first request to the last answer
/// @param latencies    of single requests, in microseconds
///
/// Immutable, but for the histogram, which nobody changes.
public record LoadResult(
        long requests,
        long contentBytes,
        long present,
        long misses,
        long wrong,
        long failed,
        String firstFailure,
        long elapsedNanos,
        Histogram latencies) {

    /// Content per second, in MB (10^6 bytes).
    public double megabytesPerSecond() {
        return contentBytes * 1e3 / elapsedNanos;
    }

    public double requestsPerSecond() {
        return requests * 1e9 / elapsedNanos;
    }

    /// This result, if every request was answered with what was asked for.
    ///
    /// @throws IllegalStateException if anything was wrong, failed or, unless misses are expected,
    ///         missed
    public LoadResult clean(boolean missesExpected) {
        if (wrong > 0 || failed > 0 || requests == 0 || (misses > 0 && !missesExpected)) {
            throw new IllegalStateException("of " + requests + " requests " + misses + " missed, "
                    + wrong + " were answered wrongly and " + failed + " failed " + firstFailure);
        }
        return this;
    }

    static LoadResult sum(List<LoadResult> parts) {
        var latencies = new Histogram(3);
        parts.forEach(part -> latencies.add(part.latencies));
        return new LoadResult(
                parts.stream().mapToLong(LoadResult::requests).sum(),
                parts.stream().mapToLong(LoadResult::contentBytes).sum(),
                parts.stream().mapToLong(LoadResult::present).sum(),
                parts.stream().mapToLong(LoadResult::misses).sum(),
                parts.stream().mapToLong(LoadResult::wrong).sum(),
                parts.stream().mapToLong(LoadResult::failed).sum(),
                parts.stream()
                        .map(LoadResult::firstFailure)
                        .filter(it -> !it.isEmpty())
                        .findFirst()
                        .orElse(""),
                parts.stream().mapToLong(LoadResult::elapsedNanos).max().orElse(1),
                latencies);
    }
}

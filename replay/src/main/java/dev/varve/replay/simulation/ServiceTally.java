package dev.varve.replay.simulation;

import dev.varve.replay.Latency;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/// Counts what clients got, also by the minute, so that it can be said how sure a figure is.
///
/// Confined.
final class ServiceTally {
    static final double WINDOW_SECONDS = 60;

    private final double makeSeconds;
    private final Histogram nanos = new Histogram(3);
    private final List<Window> windows = new ArrayList<>();
    private double servedSeconds;
    private long served;
    private long fetchedBytes;
    private long clientBytes;

    private static final class Window {
        private long blocks;
        private long hits;
        private double seconds;
    }

    /// @param makeSeconds what a missed block costs
    ServiceTally(double makeSeconds) {
        this.makeSeconds = makeSeconds;
    }

    /// @param atSeconds since the beginning
    void hit(double atSeconds, double seconds) {
        var window = served(atSeconds, seconds);
        window.hits++;
    }

    /// A block came from the origin.
    void fetched(double atSeconds, double seconds, long bytes) {
        served(atSeconds, seconds);
        fetchedBytes += bytes;
        clientBytes += bytes;
    }

    /// Somebody asked whether a block is there.
    void told(double atSeconds, boolean isThere) {
        var window = window(atSeconds);
        window.blocks++;
        window.hits += isThere ? 1 : 0;
    }

    void missed(double atSeconds, int count) {
        var window = window(atSeconds);
        window.blocks += count;
        window.seconds += count * makeSeconds;
    }

    void wrote(long bytes) {
        clientBytes += bytes;
    }

    HierarchyOutcome outcome(List<TierOutcome> tiers, double seconds) {
        var minutes = windows.stream()
                .map(window -> new HierarchyOutcome.Minute(
                        window.blocks, window.hits, window.seconds))
                .toList();
        return new HierarchyOutcome(minutes, Latency.of(nanos),
                served == 0 ? 0 : servedSeconds / served, clientBytes, fetchedBytes, seconds,
                tiers);
    }

    private Window served(double atSeconds, double seconds) {
        var window = window(atSeconds);
        window.blocks++;
        window.seconds += seconds;
        servedSeconds += seconds;
        served++;
        nanos.recordValue(Math.round(seconds * 1e9));
        return window;
    }

    private Window window(double atSeconds) {
        int index = (int) Math.max(0, atSeconds / WINDOW_SECONDS);
        while (windows.size() <= index) {
            windows.add(new Window());
        }
        return windows.get(index);
    }
}

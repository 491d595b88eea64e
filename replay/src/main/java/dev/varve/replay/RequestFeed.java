package dev.varve.replay;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import java.util.Optional;

/// Hands the requests of some traffic to several workers, each at its time, until the end or a
/// failure.
///
/// Thread-safe: by its monitor; waiting for a request's time is done outside.
final class RequestFeed {
    private static final long LONGEST_NAP_NANOS = 50_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Traffic traffic;
    private final double speed;
    private final Clock clock;
    private final long startNanos;

    @GuardedBy("this")
    private boolean started;
    @GuardedBy("this")
    private long firstMillis;
    @GuardedBy("this")
    private long worstLagNanos;
    @GuardedBy("this")
    private Optional<String> failure = Optional.empty();

    /// @param traffic borrowed
    /// @param speed   how many seconds of the trace pass in one; 0 for as fast as possible
    RequestFeed(Traffic traffic, double speed, Clock clock) {
        this.traffic = traffic;
        this.speed = speed;
        this.clock = clock;
        startNanos = clock.nanoTime();
    }

    /// The next request, once its time has come; empty at the end of the traffic or after a
    /// failure.
    Optional<TraceRequest> take() {
        var request = next();
        if (request.isPresent() && speed > 0) {
            long offsetMillis;
            synchronized (this) {
                offsetMillis = request.orElseThrow().timestampMillis() - firstMillis;
            }
            if (!waitUntil(startNanos + (long) (offsetMillis * NANOS_PER_MILLI / speed))) {
                return Optional.empty();
            }
        }
        return request;
    }

    /// Ends the feed for everybody; only the first reason counts.
    synchronized void fail(String reason) {
        if (failure.isEmpty()) {
            failure = Optional.of(reason);
        }
    }

    synchronized Optional<String> failure() {
        return failure;
    }

    synchronized long worstLagNanos() {
        return worstLagNanos;
    }

    private synchronized Optional<TraceRequest> next() {
        if (failure.isPresent()) {
            return Optional.empty();
        }
        try {
            var request = traffic.next();
            if (request.isPresent() && !started) {
                started = true;
                firstMillis = request.orElseThrow().timestampMillis();
            }
            return request;
        } catch (StorageException e) {
            fail(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private boolean waitUntil(long dueNanos) {
        while (failure().isEmpty()) {
            long leftNanos = dueNanos - clock.nanoTime();
            if (leftNanos <= 0) {
                synchronized (this) {
                    worstLagNanos = Math.max(worstLagNanos, -leftNanos);
                }
                return true;
            }
            clock.sleepNanos(Math.min(leftNanos, LONGEST_NAP_NANOS));
        }
        return false;
    }
}

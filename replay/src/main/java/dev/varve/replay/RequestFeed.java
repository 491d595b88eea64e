package dev.varve.replay;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Hands the requests of some traffic to several workers, each at its time, until the end or a
/// failure.
///
/// Requests of one connection of the trace all go to the same worker, in their order, so that a
/// server sees the chains that its clients made. A worker that gets far ahead of another waits for
/// it. Requests that no connection is told of go to whoever comes first.
///
/// Thread-safe: by its monitor; waiting for a request's time is done outside.
final class RequestFeed {
    /// How many requests wait for a worker at most: how far another one gets ahead of it.
    private static final int MAX_WAITING = 64;
    private static final long LONGEST_NAP_NANOS = 50_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Traffic traffic;
    private final double speed;
    private final Clock clock;
    private final long startNanos;

    /// What was read for workers that had no time for it yet.
    @GuardedBy("this")
    private final List<Deque<TraceRequest>> waiting;
    /// What finds no room there; nothing is read before it does.
    @GuardedBy("this")
    private Optional<TraceRequest> stuck = Optional.empty();
    @GuardedBy("this")
    private boolean ended;
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
    /// @param workers how many take requests, at least 1
    RequestFeed(Traffic traffic, double speed, int workers, Clock clock) {
        this.traffic = traffic;
        this.speed = speed;
        this.clock = clock;
        startNanos = clock.nanoTime();
        waiting = Stream.<Deque<TraceRequest>>generate(ArrayDeque::new).limit(workers).toList();
    }

    /// The next request of a worker, once its time has come; empty at the end of the traffic or
    /// after a failure.
    ///
    /// @param worker its number, from 0 on
    Optional<TraceRequest> take(int worker) {
        var request = next(worker);
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
            notifyAll();
        }
    }

    synchronized Optional<String> failure() {
        return failure;
    }

    synchronized long worstLagNanos() {
        return worstLagNanos;
    }

    private synchronized Optional<TraceRequest> next(int worker) {
        while (failure.isEmpty()) {
            var own = waiting.get(worker).poll();
            if (own != null) {
                // There may be room now for what is stuck.
                notifyAll();
                return Optional.of(own);
            }
            if (ended && stuck.isEmpty()) {
                return Optional.empty();
            }
            var request = stuck.isPresent() ? stuck : read();
            stuck = Optional.empty();
            if (request.isPresent() && isFor(worker, request.orElseThrow())) {
                notifyAll();
                return request;
            }
            if (request.isPresent() && !pass(request.orElseThrow())) {
                stuck = request;
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    fail("interrupted");
                }
            }
        }
        return Optional.empty();
    }

    @GuardedBy("this")
    private boolean isFor(int worker, TraceRequest request) {
        return request.connection() == 0 || request.connection() % waiting.size() == worker;
    }

    /// Hands a request to the worker that it belongs to, if there is room for it.
    @GuardedBy("this")
    private boolean pass(TraceRequest request) {
        var queue = waiting.get(request.connection() % waiting.size());
        return queue.size() < MAX_WAITING && queue.add(request);
    }

    @GuardedBy("this")
    private Optional<TraceRequest> read() {
        try {
            var request = traffic.next();
            ended = request.isEmpty();
            if (request.isPresent() && !started) {
                started = true;
                firstMillis = request.orElseThrow().timestampMillis();
            }
            if (ended) {
                notifyAll();
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

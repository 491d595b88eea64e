package dev.varve.server;

import dev.varve.engine.Engine;
import dev.varve.env.Clock;
import dev.varve.server.AdminServer.Answer;
import dev.varve.server.AdminServer.Page;
import dev.varve.server.AdminServer.Query;
import dev.varve.server.AdminServer.Stream;
import dev.varve.trace.KeyHash;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/// Records accesses when the admin port is asked to: one recording at a time. Closing stops the
/// one that runs.
///
/// Thread-safe: by its monitor.
final class TraceRecorder implements AutoCloseable {
    private static final int BAD_REQUEST = 400;
    private static final int CONFLICT = 409;
    private static final double DEFAULT_RATE = 0.1;
    private static final double MAX_SECONDS = Duration.ofDays(1).toSeconds();

    private final Engine engine;
    private final Clock clock;
    private final RandomGenerator random;
    private final TraceTally tally = new TraceTally(new LongAdder(), new LongAdder());
    private Optional<TraceRecording> running = Optional.empty();

    /// @param random unpredictable: makes a new secret for each recording
    TraceRecorder(Engine engine, Clock clock, RandomGenerator random) {
        this.engine = engine;
        this.clock = clock;
        this.random = random;
    }

    TraceTally tally() {
        return tally;
    }

    /// Begins a recording, and answers with its stream.
    ///
    /// @param query `rate`, above 0 and at most 1, and `seconds`, at most a day
    synchronized Answer record(Query query) {
        var rate = number(query, "rate", DEFAULT_RATE, 1);
        var seconds = number(query, "seconds", MAX_SECONDS, MAX_SECONDS);
        if (rate.isEmpty() || seconds.isEmpty()) {
            return Page.text(BAD_REQUEST, "rate must be above 0 and at most 1, seconds above 0 and"
                    + " at most " + (long) MAX_SECONDS + "\n");
        }
        if (running.isPresent()) {
            return Page.text(CONFLICT, "Another recording runs\n");
        }
        var duration = Duration.ofNanos((long) (seconds.getAsDouble() * 1e9));
        var recording = new TraceRecording(rate.getAsDouble(), duration, KeyHash.secret(random),
                clock, tally, this::ended);
        running = Optional.of(recording);
        engine.listen(running.map(it -> it));
        return new Stream("application/octet-stream", recording);
    }

    /// Lets the recording end that runs.
    Page stop() {
        var present = running();
        present.ifPresent(TraceRecording::stop);
        return present.isPresent()
                ? Page.text(200, "Stopped\n")
                : Page.text(CONFLICT, "No recording runs\n");
    }

    @Override
    public void close() {
        running().ifPresent(TraceRecording::stop);
    }

    private synchronized Optional<TraceRecording> running() {
        return running;
    }

    private synchronized void ended(TraceRecording which) {
        if (running.filter(present -> present == which).isPresent()) {
            engine.listen(Optional.empty());
            running = Optional.empty();
        }
    }

    private static OptionalDouble number(Query query, String name, double fallback, double max) {
        double value;
        try {
            value = query.parameter(name).map(Double::parseDouble).orElse(fallback);
        } catch (NumberFormatException _) {
            return OptionalDouble.empty();
        }
        return value > 0 && value <= max ? OptionalDouble.of(value) : OptionalDouble.empty();
    }
}

package dev.varve.server;

import dev.varve.door.resp.LatencyRecorder;
import dev.varve.door.resp.RespCounters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// The Redis door's figures as meters, and how long its commands take.
///
/// Thread-safe: a concurrent map, and meters that are.
final class RespMetrics implements LatencyRecorder {
    private final MeterRegistry registry;
    private final ConcurrentMap<String, Timer> timers = new ConcurrentHashMap<>();

    RespMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void record(String command, long nanos) {
        timers.computeIfAbsent(command, this::timer).record(nanos, TimeUnit.NANOSECONDS);
    }

    /// Shows a door's counters; to be called once.
    void watch(Supplier<RespCounters> counters) {
        Gauge.builder("varve.resp.connections", () -> counters.get().connectionsOpen())
                .description("Open connections of the Redis door")
                .register(registry);
        count("connections.accepted", "Connections ever accepted", counters,
                RespCounters::connectionsTotal);
        count("connections.refused", "Connections turned away because there were too many",
                counters,
                RespCounters::connectionsRefused);
        count("received.bytes", "Bytes received", counters, RespCounters::bytesIn);
        count("sent.bytes", "Bytes sent", counters, RespCounters::bytesOut);
        count("errors", "Error replies to well-formed requests", counters, RespCounters::errors);
        count("handshakes.failed",
                "Connections to the TLS port that ended before they were encrypted",
                counters,
                RespCounters::handshakesFailed);
        count("protocol.errors", "Connections closed because they did not speak the protocol",
                counters,
                RespCounters::protocolErrors);
        count("stalled.clients", "Connections closed because they made no progress", counters,
                RespCounters::stalledClients);
        count("off.loop", "Commands that needed more than memory could answer", counters,
                RespCounters::offLoop);
        count("seat.changes",
                "Times that a connection went to another thread, with larger values or smaller ones",
                counters,
                RespCounters::seatChanges);
        FunctionCounter
                .builder("varve.resp.rate.wait.seconds", counters, it -> it.get()
                        .waitedNanosByUser()
                        .values()
                        .stream()
                        .mapToLong(Long::longValue)
                        .sum() / 1e9)
                .description("Time that connections were made to wait for their user's rate")
                .register(registry);
        count("lost.writes", "Values answered with OK that a cache bucket could not keep", counters,
                RespCounters::lostWrites);
    }

    private void count(
            String name,
            String description,
            Supplier<RespCounters> counters,
            ToDoubleFunction<RespCounters> value) {
        FunctionCounter
                .builder("varve.resp." + name, counters, it -> value.applyAsDouble(it.get()))
                .description(description)
                .register(registry);
    }

    private Timer timer(String command) {
        return Timer.builder("varve.resp.command")
                .description(
                        "Time from a request's last byte to the reply handed to the connection")
                .tag("command", command)
                .serviceLevelObjectives(LatencyBuckets.bounds())
                .register(registry);
    }
}

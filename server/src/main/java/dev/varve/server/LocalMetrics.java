package dev.varve.server;

import dev.varve.door.local.LocalCounters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// The local door's figures as meters.
///
/// Thread-safe: stateless.
final class LocalMetrics {
    private LocalMetrics() {}

    /// Shows a door's counters; to be called once for each registry.
    static void watch(MeterRegistry registry, Supplier<LocalCounters> counters) {
        Gauge.builder("varve.local.connections", () -> counters.get().connectionsOpen())
                .description("Open connections of the local door")
                .register(registry);
        Gauge.builder("varve.local.leased.bytes", () -> counters.get().leasedBytes())
                .description("Bytes of memory that clients of the local door hold by leases")
                .register(registry);
        count(registry, "connections.refused",
                "Connections turned away: too many, or of another user of the system", counters,
                LocalCounters::connectionsRefused);
        count(registry, "requests", "Requests", counters, LocalCounters::requests);
        count(registry, "errors", "Requests answered with a failure or a refusal", counters,
                LocalCounters::errors);
        count(registry, "leases", "Values that clients were told where to find", counters,
                LocalCounters::leased);
        count(registry, "leases.denied", "Values not leased because clients held too much",
                counters, LocalCounters::unleased);
        count(registry, "leases.expired", "Leases that ended because their time was over",
                counters, LocalCounters::expired);
        count(registry, "received.bytes", "Bytes of values received", counters,
                LocalCounters::bytesIn);
        count(registry, "sent.bytes", "Bytes of values sent through the socket", counters,
                LocalCounters::bytesOut);
    }

    private static void count(
            MeterRegistry registry,
            String name,
            String description,
            Supplier<LocalCounters> counters,
            ToDoubleFunction<LocalCounters> value) {
        FunctionCounter
                .builder("varve.local." + name, counters, it -> value.applyAsDouble(it.get()))
                .description(description)
                .register(registry);
    }
}

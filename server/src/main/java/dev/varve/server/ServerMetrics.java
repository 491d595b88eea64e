package dev.varve.server;

import dev.varve.door.local.LocalCounters;
import dev.varve.door.resp.LatencyRecorder;
import dev.varve.door.resp.RespCounters;
import dev.varve.door.s3.S3Counters;
import dev.varve.engine.EngineStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// All metrics of a server. What they mean is in `docs/metrics.md`.
///
/// Thread-safe.
final class ServerMetrics implements AutoCloseable {
    /// The media type of [#scrape].
    static final String TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final EngineMetrics engine;
    private final EnergyMetrics energy;
    private final RespMetrics resp = new RespMetrics(registry);

    ServerMetrics(Supplier<EngineStatus> status, EnergyMeter meter) {
        engine = new EngineMetrics(status, registry);
        energy = new EnergyMetrics(() -> meter.report(status.get()), registry);
        Gauge.builder("varve.resident.bytes", ProcessMemory::residentBytes)
                .description("Memory that the process occupies, as the kernel counts it; -1 where"
                        + " the platform does not tell")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /// Hears how long the Redis door's commands take.
    LatencyRecorder respLatencies() {
        return resp;
    }

    /// Shows the Redis door's counters; to be called once.
    void watchResp(Supplier<RespCounters> counters) {
        resp.watch(counters);
    }

    /// Shows the local door's counters; to be called once.
    void watchLocal(Supplier<LocalCounters> counters) {
        LocalMetrics.watch(registry, counters);
    }

    /// Shows what was recorded of accesses; to be called once.
    void watchTrace(TraceTally tally) {
        FunctionCounter.builder("varve.trace.events", tally.events(), LongAdder::sum)
                .description("Accesses recorded by varve trace record")
                .register(registry);
        FunctionCounter.builder("varve.trace.dropped", tally.dropped(), LongAdder::sum)
                .description("Accesses that a recording missed, because its reader was too slow")
                .register(registry);
    }

    /// Shows the S3 door's counters; to be called once.
    void watchS3(Supplier<S3Counters> counters) {
        registry.getPrometheusRegistry().register(new S3Collector(counters));
    }

    /// All metrics in Prometheus's text format, as they are now.
    String scrape() {
        engine.refresh();
        energy.refresh();
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}

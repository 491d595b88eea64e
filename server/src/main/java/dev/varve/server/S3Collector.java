package dev.varve.server;

import dev.varve.door.s3.S3Counters;
import dev.varve.door.s3.S3Counters.Operation;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.function.Supplier;

/// The S3 door's figures as Prometheus metrics. The door counts its own latencies by powers of
/// two, so they are handed on as they are instead of being measured again.
///
/// Thread-safe: immutable but for what it asks.
final class S3Collector implements MultiCollector {
    private static final double MICROS_A_SECOND = 1e6;
    private static final double NANOS_A_SECOND = 1e9;

    private final Supplier<S3Counters> source;

    S3Collector(Supplier<S3Counters> source) {
        this.source = source;
    }

    @Override
    public MetricSnapshots collect() {
        var counters = source.get();
        return MetricSnapshots.of(
                GaugeSnapshot.builder()
                        .name("varve_s3_connections")
                        .help("Open connections of the S3 door")
                        .dataPoint(GaugeDataPointSnapshot.builder()
                                .value((double) counters.connectionsOpen())
                                .build())
                        .build(),
                counter(
                        "connections_accepted", "Connections ever accepted",
                        counters.connectionsOpened()),
                counter("received_bytes", "Content of requests received", counters.bytesIn()),
                counter("sent_bytes", "Content of answers sent", counters.bytesOut()),
                requests(counters.operations()),
                latencies(counters.operations()));
    }

    private static CounterSnapshot counter(String name, String help, long value) {
        return CounterSnapshot.builder()
                .name("varve_s3_" + name)
                .help(help)
                .dataPoint(CounterDataPointSnapshot.builder().value((double) value).build())
                .build();
    }

    private static CounterSnapshot requests(List<Operation> operations) {
        var snapshot = CounterSnapshot.builder()
                .name("varve_s3_requests")
                .help("Requests answered, by operation and outcome");
        for (var operation : operations) {
            long failed = operation.clientErrors() + operation.serverErrors();
            snapshot.dataPoint(requests(operation, "ok", operation.requests() - failed));
            snapshot.dataPoint(requests(operation, "client_error", operation.clientErrors()));
            snapshot.dataPoint(requests(operation, "server_error", operation.serverErrors()));
        }
        return snapshot.build();
    }

    private static CounterDataPointSnapshot requests(
            Operation operation,
            String outcome,
            long count) {
        return CounterDataPointSnapshot.builder()
                .labels(Labels.of("operation", operation.name(), "outcome", outcome))
                .value((double) Math.max(0, count)) // the counts are not of one instant
                .build();
    }

    private static HistogramSnapshot latencies(List<Operation> operations) {
        var snapshot = HistogramSnapshot.builder()
                .name("varve_s3_request_seconds")
                .help("Time from a request's headers to the end of its answer, by operation");
        for (var operation : operations) {
            var buckets = ClassicHistogramBuckets.builder();
            int last = operation.histogram().size() - 1;
            for (int i = 0; i <= last; i++) {
                double bound = i == last ? Double.POSITIVE_INFINITY : (1L << i) / MICROS_A_SECOND;
                buckets.bucket(bound, operation.histogram().get(i));
            }
            snapshot.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(Labels.of("operation", operation.name()))
                    .classicHistogramBuckets(buckets.build())
                    .sum(operation.nanos() / NANOS_A_SECOND)
                    .build());
        }
        return snapshot.build();
    }
}

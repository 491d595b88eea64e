package dev.varve.door.s3;

import java.util.Comparator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/// Counts what goes through the door.
///
/// Thread-safe: by atomic counters.
final class S3Metrics {
    /// The operation that failed requests are counted under which were no operation yet.
    static final String REJECTED = "Rejected";

    private static final int BUCKETS = 28;

    final LongAdder connectionsOpened = new LongAdder();
    final LongAdder connectionsClosed = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();
    private final ConcurrentHashMap<String, Operation> operations = new ConcurrentHashMap<>();

    private static final class Operation {
        private final LongAdder requests = new LongAdder();
        private final LongAdder clientErrors = new LongAdder();
        private final LongAdder serverErrors = new LongAdder();
        private final LongAdder nanos = new LongAdder();
        private final AtomicLongArray histogram = new AtomicLongArray(BUCKETS);

        S3Counters.Operation snapshot(String name) {
            return new S3Counters.Operation(name, requests.sum(), clientErrors.sum(),
                    serverErrors.sum(), nanos.sum(),
                    IntStream.range(0, BUCKETS).mapToObj(histogram::get).toList());
        }
    }

    void answered(String name, int status, long nanos) {
        var operation = operations.computeIfAbsent(name, _ -> new Operation());
        operation.requests.increment();
        operation.nanos.add(nanos);
        if (status >= 500) {
            operation.serverErrors.increment();
        } else if (status >= 400) {
            operation.clientErrors.increment();
        }
        long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
        int bucket = Long.SIZE - Long.numberOfLeadingZeros(micros);
        operation.histogram.incrementAndGet(Math.min(bucket, BUCKETS - 1));
    }

    S3Counters snapshot() {
        long opened = connectionsOpened.sum();
        return new S3Counters(opened, opened - connectionsClosed.sum(), bytesIn.sum(),
                bytesOut.sum(),
                operations.entrySet()
                        .stream()
                        .map(e -> e.getValue().snapshot(e.getKey()))
                        .sorted(Comparator.comparing(S3Counters.Operation::name))
                        .toList());
    }
}

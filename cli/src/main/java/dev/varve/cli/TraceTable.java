package dev.varve.cli;

import com.google.errorprone.annotations.FormatMethod;
import dev.varve.replay.TraceRequest;
import dev.varve.replay.TraceRequest.Operation;
import dev.varve.replay.Traffic;
import dev.varve.replay.TrafficStatistics;
import dev.varve.server.ByteSize;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A trace in figures, as people read it.
final class TraceTable {
    private final StringBuilder text = new StringBuilder();

    private TraceTable() {}

    /// Reads traffic to its end.
    static String render(Traffic traffic) {
        var table = new TraceTable();
        var counting = new Counting(traffic);
        var statistics = TrafficStatistics.of(counting);
        table.line("%s", traffic.description());
        boolean hasTimes = statistics.durationSeconds() > 0;
        table.line("requests     %,d%s", statistics.requests(), hasTimes
                ? String.format(Locale.ROOT, " in %,.1f s", statistics.durationSeconds())
                : ", no times");
        counting.operations.forEach((operation, count) -> table.line(
                "  %-10s %,d", operation.name().toLowerCase(Locale.ROOT), count));
        table.line("lookups      %,d; a cache without limits would serve %.4f",
                statistics.references(), statistics.idealHitRatio());
        table.line("keys         %,d, of them asked for once %.1f %%",
                statistics.distinctBlocks(), 100 * statistics.seenOnceRatio());
        if (statistics.sizedBlocks() > 0) {
            table.line("data         %s in %,d keys whose size is known, %s each",
                    ByteSize.format(statistics.sizedBytes()), statistics.sizedBlocks(),
                    ByteSize.format(statistics.sizedBytes() / statistics.sizedBlocks()));
        }
        if (!counting.connections.isEmpty()) {
            table.line("connections  %,d", counting.connections.size());
        }
        if (hasTimes) {
            var ages = statistics.reuseAgeSeconds();
            table.line("used again   after %.3f s (p50), %.3f s (p90), %.3f s (p99)", ages.p50(),
                    ages.p90(), ages.p99());
        }
        if (traffic.sampleRate() < 1) {
            table.line("whole        about %,d keys, %s: %.4g times the sample",
                    Math.round(statistics.distinctBlocks() / traffic.sampleRate()),
                    ByteSize.format(
                            (long) (statistics.sizedBytes() / traffic.sampleRate())),
                    1 / traffic.sampleRate());
        }
        traffic.remarks().forEach(remark -> table.line("note: %s", remark));
        return table.text.toString();
    }

    @FormatMethod
    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /// Counts what goes by.
    private static final class Counting implements Traffic {
        /// So many connections are told apart, and no more, whatever the file says.
        private static final int MAX_CONNECTIONS = 1_000_000;

        private final Traffic traffic;
        private final Map<Operation, Long> operations = new EnumMap<>(Operation.class);
        private final Set<Integer> connections = new HashSet<>();

        Counting(Traffic traffic) {
            this.traffic = traffic;
        }

        @Override
        public Optional<TraceRequest> next() {
            var next = traffic.next();
            next.ifPresent(request -> {
                operations.merge(request.operation(), 1L, Long::sum);
                if (request.connection() != 0 && connections.size() < MAX_CONNECTIONS) {
                    connections.add(request.connection());
                }
            });
            return next;
        }

        @Override
        public String description() {
            return traffic.description();
        }

        @Override
        public double sampleRate() {
            return traffic.sampleRate();
        }

        @Override
        public List<String> remarks() {
            return traffic.remarks();
        }

        @Override
        public void close() {
            // TrafficStatistics closes what it reads, and the caller asks for remarks after.
        }
    }
}

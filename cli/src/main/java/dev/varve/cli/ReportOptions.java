package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.replay.LoadProbe;
import dev.varve.replay.PrefillModel;
import dev.varve.replay.PrefillReport;
import dev.varve.replay.ReplayResult;
import dev.varve.replay.RespClient;
import dev.varve.replay.RespEndpoint;
import dev.varve.replay.TierCounters;
import dev.varve.replay.TierCounters.Served;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What `varve replay --report` supposes of the model that is served.
final class ReportOptions {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    @Option(names = "--report",
            description = "With --target: measure what loading from memory and from flash costs,"
                    + " and say from which length on it pays against computing again.")
    private boolean report;

    @Option(names = "--prefill-speed", paramLabel = "TOKENS", defaultValue = "8000",
            description = "Tokens that the model computes in a second of prefill"
                    + " (default: ${DEFAULT-VALUE}).")
    private double prefillSpeed;

    @Option(names = "--kv-bytes-per-token", paramLabel = "SIZE", converter = SizeReader.class,
            defaultValue = "128k",
            description = "KV cache of one token (default: ${DEFAULT-VALUE}, which is Llama 3.1 8B"
                    + " in 16 bits; 70B has 320k).")
    private long kvBytesPerToken;

    @Option(names = "--attention-depth", paramLabel = "TOKENS", defaultValue = "0",
            description = "Depth in the prompt at which attention costs as much as everything else:"
                    + " parameters / (2 x layers x width), about 30000 for an 8B model. 0 leaves"
                    + " attention out (default).")
    private long attentionDepth;

    /// @throws IllegalArgumentException if a report is wanted that cannot be had
    void check(boolean againstServer) {
        if (report && !againstServer) {
            throw new IllegalArgumentException("--report needs --target: it measures a server");
        }
        if (report) {
            var _ = model();
        }
    }

    /// Reads the server's counters, where a report is wanted.
    Measuring begin(RespEndpoint endpoint) {
        return new Measuring(endpoint, report ? served(endpoint) : Optional.empty());
    }

    private PrefillModel model() {
        return new PrefillModel(prefillSpeed, kvBytesPerToken, attentionDepth);
    }

    private static Optional<Served> served(RespEndpoint endpoint) {
        try (var client = RespClient.connect(endpoint, CONNECT_TIMEOUT)) {
            return TierCounters.of(client).served();
        }
    }

    /// A report under way.
    final class Measuring {
        private final RespEndpoint endpoint;
        private final Optional<Served> before;

        private Measuring(RespEndpoint endpoint, Optional<Served> before) {
            this.endpoint = endpoint;
            this.before = before;
        }

        /// The report; empty where none is wanted.
        Optional<String> end(int blockBytes, ReplayResult result) {
            if (!report) {
                return Optional.empty();
            }
            var during = served(endpoint).flatMap(after -> before.map(after::since));
            var loads = new LoadProbe(endpoint, Clock.system()).measure();
            return Optional.of(
                    new PrefillReport(model(), blockBytes, result, during, loads).text());
        }
    }
}

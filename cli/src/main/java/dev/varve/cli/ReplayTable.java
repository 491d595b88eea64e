package dev.varve.cli;

import com.google.errorprone.annotations.FormatMethod;
import dev.varve.replay.Latency;
import dev.varve.replay.ReplayResult;
import dev.varve.server.ByteSize;
import java.util.Locale;

/// A replay's result as people read it.
final class ReplayTable {
    private static final double NANOS_A_MILLI = 1e6;

    private final StringBuilder text = new StringBuilder();

    private ReplayTable() {}

    /// Whether everything was replayed and every byte was right.
    static boolean isGood(ReplayResult result) {
        return result.wrongBytes() == 0 && result.refusals() == 0 && result.failure().isEmpty();
    }

    static String render(ReplayResult result) {
        var table = new ReplayTable();
        table.line("requests             %,d in %.1f s", result.requests(),
                result.elapsedNanos() / 1e9);
        table.line(
                "blocks               %,d, hit ratio %.4f", result.blocks(), result.hitRatio());
        table.line(
                "bytes                %s read, %s written, %.2f GB/s",
                ByteSize.format(result.bytesRead()), ByteSize.format(result.bytesWritten()),
                result.bytesPerSecond() / 1e9);
        if (result.tokens() > 0) {
            table.line(
                    "prefill tokens       %,d, of them not recomputed %,d", result.tokens(),
                    result.tokensSaved());
        }
        table.latency("EXISTS", result.exists());
        table.latency("GET", result.get());
        table.latency("SET", result.set());
        if (result.worstLagNanos() > 0) {
            table.line(
                    "behind the pace      %.1f s at worst", result.worstLagNanos() / 1e9);
        }
        if (result.vanished() > 0) {
            table.line("lost after EXISTS    %,d blocks", result.vanished());
        }
        table.line("wrong bytes          %,d", result.wrongBytes());
        result.firstRefusal()
                .ifPresent(first -> table.line(
                        "refused              %,d commands, the first with: %s", result.refusals(),
                        first));
        result.failure().ifPresent(reason -> table.line("ended early          %s", reason));
        return table.text.toString();
    }

    private void latency(String command, Latency latency) {
        line(
                "%-6s latency       p50 %.3f ms, p99 %.3f ms, longest %.3f ms (%,d)", command,
                latency.p50Nanos() / NANOS_A_MILLI, latency.p99Nanos() / NANOS_A_MILLI,
                latency.maxNanos() / NANOS_A_MILLI, latency.count());
    }

    @FormatMethod
    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}

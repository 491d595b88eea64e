package dev.varve.cli;

import static java.util.stream.Collectors.joining;

import dev.varve.replay.TraceFile;
import dev.varve.replay.TraceRequest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `varve trace show`.
@Command(name = "show", description = "Show the first requests of a trace, of any format.",
        footer = {
                "",
                "Example:",
                "  varve trace show monday.trace --count 100"})
final class TraceShowCommand implements Runnable {
    private static final int MAX_IDS = 8;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private FormatOption format = new FormatOption();

    @Option(names = "--count", paramLabel = "COUNT", defaultValue = "20",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private long count;

    @Parameters(paramLabel = "FILE")
    private Path file = Path.of("");

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        try (var trace = TraceFile.open(file, format.format())) {
            out.println("  seconds  connection  operation       bytes  keys");
            for (long i = 0; i < count; i++) {
                var request = trace.next();
                if (request.isEmpty()) {
                    break;
                }
                out.println(line(request.get()));
            }
            trace.remarks().forEach(remark -> out.println("note: " + remark));
        }
        out.flush();
    }

    private static String line(TraceRequest request) {
        var ids = request.blockIds();
        return String.format(Locale.ROOT, "%9.3f %11s  %-9s %11s  %s%s",
                request.timestampMillis() / 1e3,
                request.connection() == 0 ? "-" : request.connection(),
                request.operation().name().toLowerCase(Locale.ROOT),
                request.sizeBytes() == TraceRequest.SIZE_UNKNOWN ? "-" : request.sizeBytes(),
                Arrays.stream(ids)
                        .limit(MAX_IDS)
                        .mapToObj(id -> String.format("%016x", id))
                        .collect(joining(" ")),
                ids.length > MAX_IDS ? " and " + (ids.length - MAX_IDS) + " more" : "");
    }
}

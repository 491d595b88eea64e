package dev.varve.cli;

import dev.varve.replay.TraceFile;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `varve trace stat`.
@Command(name = "stat", description = "Show a trace, of any format, in figures.", footer = {
        "",
        "Example:",
        "  varve trace stat monday.trace"})
final class TraceStatCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private FormatOption format = new FormatOption();

    @Parameters(paramLabel = "FILE")
    private Path file = Path.of("");

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        try (var trace = TraceFile.open(file, format.format())) {
            out.print(TraceTable.render(trace));
        }
        out.flush();
    }
}

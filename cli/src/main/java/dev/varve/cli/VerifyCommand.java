package dev.varve.cli;

import dev.varve.server.ByteSize;
import dev.varve.store.StoreCheck;
import dev.varve.store.StoreReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `varve verify`.
@Command(name = "verify",
        description = "Check a data folder that no server holds: every block, every checksum, and the"
                + " catalog against the segments. Changes nothing.",
        footer = {"", "Example:",
                "  varve verify DIR"})
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "The data folder.")
    private Path folder = Path.of("");

    @Override
    public Integer call() {
        var progress = Progress.on(spec.commandLine().getErr());
        StoreReport report;
        try {
            report = StoreCheck.run(
                    folder, bytes -> progress.show(ByteSize.format(bytes) + " of blocks checked"));
        } finally {
            progress.end();
        }
        show(report, spec.commandLine().getOut());
        return report.isGood() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static void show(StoreReport report, PrintWriter out) {
        report.notes().forEach(note -> out.println("note: " + note));
        report.problems().forEach(problem -> out.println("WRONG: " + problem));
        out.printf("catalog   %d objects in %d buckets, %d blocks (%s)%n", report.objects(),
                report.buckets(), report.wantedBlocks(), ByteSize.format(report.wantedBytes()));
        out.printf("segments  %d files, %d sound blocks (%s)%n", report.segments(),
                report.soundBlocks(), ByteSize.format(report.soundBytes()));
        out.println(report.isGood()
                ? "All is as it was written."
                : report.problems().size() + " problems.");
        out.flush();
    }
}

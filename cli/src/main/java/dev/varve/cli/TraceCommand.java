package dev.varve.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `varve trace`.
@Command(name = "trace",
        description = "Record the accesses to a running server, and look at traces.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
                "",
                "Examples:",
                "  varve trace record --data DIR monday.trace --for 1h",
                "  varve trace stat monday.trace"},
        subcommands = {
                RecordCommand.class,
                TraceStatCommand.class,
                TraceShowCommand.class})
final class TraceCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "varve trace: which command?");
    }
}

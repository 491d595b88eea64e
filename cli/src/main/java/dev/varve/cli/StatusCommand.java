package dev.varve.cli;

import dev.varve.server.StatusReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `varve status`.
@Command(name = "status", subcommands = PlacementCommand.class,
        description = "Show a running server in figures.", footer = {
                "",
                "Examples:",
                "  varve status --data DIR",
                "  varve status --admin 10.0.0.7:9100 --json",
                "  varve status placement --data DIR"})
final class StatusCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private AdminAccess admin = new AdminAccess();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Override
    public void run() {
        var text = admin.get("/status");
        var out = spec.commandLine().getOut();
        out.print(json ? text : StatusTable.render(StatusReport.ofJson(text)));
        out.flush();
    }
}

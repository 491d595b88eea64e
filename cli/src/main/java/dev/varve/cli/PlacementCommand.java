package dev.varve.cli;

import dev.varve.server.StatusReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `varve status placement`.
@Command(name = "placement",
        description = "Show how a running server decides what leaves memory: the policy in force,"
                + " what its rivals would have reached, and what more memory would give.")
final class PlacementCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private AdminAccess admin = new AdminAccess();

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        out.print(PlacementTable.render(
                StatusReport.ofJson(admin.get("/status")).engine().placement()));
        out.flush();
    }
}

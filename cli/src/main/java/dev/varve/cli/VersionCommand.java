package dev.varve.cli;

import dev.varve.server.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `varve version`.
@Command(name = "version", description = "Show which Varve, Java and platform this is.", footer = {
        "", "Example:", "  varve version"})
final class VersionCommand implements IVersionProvider, Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public String[] getVersion() {
        return new String[]{
                "Varve " + Version.text(),
                "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch")};
    }

    @Override
    public void run() {
        for (var line : getVersion()) {
            spec.commandLine().getOut().println(line);
        }
    }
}

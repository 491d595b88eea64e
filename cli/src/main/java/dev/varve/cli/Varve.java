package dev.varve.cli;

import dev.varve.env.StorageException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The `varve` command. Exit codes: 0 done, 1 failed, 2 used wrongly.
///
/// Confined to one thread.
@Command(name = "varve",
        description = "Layered working memory for AI: one server over memory and flash that speaks"
                + " the Redis and the S3 protocol.",
        synopsisSubcommandLabel = "COMMAND", mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT, versionProvider = VersionCommand.class, subcommands = {
                DemoCommand.class,
                ServeCommand.class,
                StatusCommand.class,
                ExplainCommand.class,
                KeysCommand.class,
                ListCommand.class,
                GetCommand.class,
                PutCommand.class,
                RemoveCommand.class,
                ReplayCommand.class,
                TraceCommand.class,
                PlanCommand.class,
                VerifyCommand.class,
                VersionCommand.class},
        footer = {
                "",
                "First steps:",
                "  varve demo                 see it work, with its own traffic",
                "  varve serve --data DIR     run it",
                "  varve COMMAND --help       options and examples of a command"},
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
                "0:done", "1:failed", "2:used wrongly"})
public final class Varve implements Runnable {
    private static final String LOG_FORMAT = "%1$tF %1$tT %4$s %5$s%6$s%n";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Varve() {}

    /// Runs one command and ends the process with its exit code.
    public static void main(String[] arguments) {
        var format = "java.util.logging.SimpleFormatter.format";
        if (System.getProperty(format) == null) {
            System.setProperty(format, LOG_FORMAT);
        }
        // A client that asks for handshake after handshake on one connection is turned away.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        int code = commandLine().execute(arguments);
        System.out.flush();
        Runtime.getRuntime().exit(code);
    }

    /// The whole command, not yet run.
    static CommandLine commandLine() {
        var line = new CommandLine(new Varve());
        line.setExecutionExceptionHandler(Varve::report);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "varve: which command?");
    }

    /// Failures that the user can act on are lines; anything else is ours, and shows where.
    private static int report(Exception failure, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        if (failure instanceof StorageException known) {
            String.valueOf(known.getMessage())
                    .lines()
                    .forEach(text -> err.println(error("varve: " + text)));
        } else {
            err.println(error("varve: failed unexpectedly"));
            failure.printStackTrace(err);
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String error(String text) {
        return Ansi.AUTO.new Text("@|red " + text.replace("@|", "@ |") + "|@").toString();
    }
}

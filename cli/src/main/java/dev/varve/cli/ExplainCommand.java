package dev.varve.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `varve explain`.
@Command(name = "explain",
        description = "Tell what became of a key: where it lies, or when and why it left.",
        footer = {
                "",
                "Examples:",
                "  varve explain --data DIR chunk-17",
                "  varve explain --data DIR --bucket models llama/config.json"})
final class ExplainCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private AdminAccess admin = new AdminAccess();

    @Option(names = "--bucket", paramLabel = "BUCKET", defaultValue = "kv",
            description = "The key's bucket (default: ${DEFAULT-VALUE}, database 0 of the Redis"
                    + " door).")
    private String bucket = "kv";

    @Parameters(paramLabel = "KEY")
    private String key = "";

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        out.print(admin.get("/explain?bucket=" + encoded(bucket) + "&key=" + encoded(key)));
        out.flush();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

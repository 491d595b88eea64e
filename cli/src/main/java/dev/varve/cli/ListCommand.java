package dev.varve.cli;

import dev.varve.server.ByteSize;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `varve ls`.
@Command(name = "ls",
        description = "List the buckets of the server on a folder, or the objects of a bucket.",
        footer = {
                "",
                "Examples:",
                "  varve ls",
                "  varve ls photos/2026/ --limit 20"})
final class ListCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ServerAccess server = new ServerAccess();

    @Option(names = "--limit", paramLabel = "COUNT", defaultValue = "1000",
            description = "Show at most so many objects (default: ${DEFAULT-VALUE}).")
    private long limit;

    @Parameters(arity = "0..1", paramLabel = "BUCKET[/PREFIX]", defaultValue = "",
            description = "The bucket, and what the keys must begin with.")
    private String name = "";

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        try (var client = server.connect()) {
            if (name.isEmpty()) {
                client.buckets().forEach(out::println);
            } else {
                listObjects(client, ObjectName.of(name), out);
            }
        }
    }

    private void listObjects(S3Client client, ObjectName from, PrintWriter out) {
        long left = limit;
        var next = "";
        do {
            var page = client.list(from.bucket(), from.key(), next);
            for (var object : page.objects()) {
                if (left-- == 0) {
                    out.println("... more; see --limit");
                    return;
                }
                out.printf(
                        "%12s  %s  %s%n", ByteSize.format(object.sizeBytes()), object.modified(),
                        object.key());
            }
            next = page.next();
        } while (!next.isEmpty());
    }
}

package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `varve rm`.
@Command(name = "rm", description = "Remove an object.", footer = {"", "Example:",
        "  varve rm photos/cat.jpg"})
final class RemoveCommand implements Runnable {
    @Mixin
    private ServerAccess server = new ServerAccess();

    @Parameters(paramLabel = "BUCKET/KEY", converter = ObjectName.Reader.class,
            description = "The object.")
    private ObjectName name = new ObjectName("", "");

    @Override
    public void run() {
        try (var client = server.connect()) {
            if (!client.hasObject(name.bucket(), name.key())) {
                throw new StorageException(Kind.ABSENT, "there is no object " + name);
            }
            client.remove(name.bucket(), name.key());
        }
    }
}

package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `varve put`.
@Command(name = "put",
        description = "Store a file, or standard input, as an object. It is on stable storage when"
                + " this returns.",
        footer = {
                "",
                "Examples:",
                "  varve put cat.jpg photos/cat.jpg --create",
                "  date | varve put - logs/today"})
final class PutCommand implements Runnable {
    @Mixin
    private ServerAccess server = new ServerAccess();

    @Option(names = "--create", description = "Create the bucket if it does not exist.")
    private boolean create;

    @Parameters(index = "0", paramLabel = "FILE", description = "The file; - is standard input.")
    private Path file = Path.of("-");

    @Parameters(index = "1", paramLabel = "BUCKET/KEY", converter = ObjectName.Reader.class,
            description = "The object.")
    private ObjectName name = new ObjectName("", "");

    @Override
    public void run() {
        try (var client = server.connect()) {
            if (create && !client.hasBucket(name.bucket())) {
                client.createBucket(name.bucket());
            }
            if (file.toString().equals("-")) {
                putStandardInput(client);
            } else {
                client.put(name.bucket(), name.key(), BodyPublishers.ofFile(file));
            }
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNAVAILABLE, "file (" + file + ") must be readable: " + e.getMessage(), e);
        }
    }

    /// S3 wants to know the length first, so the bytes are gathered in a temporary file.
    private void putStandardInput(S3Client client) throws IOException {
        var gathered = Files.createTempFile("varve-put", "");
        try {
            Files.copy(System.in, gathered, StandardCopyOption.REPLACE_EXISTING);
            client.put(name.bucket(), name.key(), BodyPublishers.ofFile(gathered));
        } finally {
            Files.delete(gathered);
        }
    }
}

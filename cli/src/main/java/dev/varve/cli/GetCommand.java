package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `varve get`.
@Command(name = "get",
        description = "Copy an object into a file, or to standard output. A file appears whole or not"
                + " at all.",
        footer = {
                "",
                "Examples:",
                "  varve get photos/cat.jpg cat.jpg",
                "  varve get logs/today | tail"})
final class GetCommand implements Runnable {
    @Mixin
    private ServerAccess server = new ServerAccess();

    @Parameters(index = "0", paramLabel = "BUCKET/KEY", converter = ObjectName.Reader.class,
            description = "The object.")
    private ObjectName name = new ObjectName("", "");

    @Parameters(index = "1", arity = "0..1", paramLabel = "FILE",
            description = "Where to put it (default: standard output).")
    private Optional<Path> file = Optional.empty();

    @Override
    public void run() {
        try (var client = server.connect(); var bytes = client.get(name.bucket(), name.key())) {
            if (file.isPresent()) {
                copy(bytes, file.get().toAbsolutePath());
            } else {
                bytes.transferTo(System.out);
            }
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNAVAILABLE, "copying " + name + " broke off: " + e.getMessage(), e);
        }
    }

    private static void copy(InputStream bytes, Path file) throws IOException {
        var draft = Files.createTempFile(file.getParent(), file.getFileName() + ".", ".part");
        try {
            Files.copy(bytes, draft, StandardCopyOption.REPLACE_EXISTING);
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}

package dev.varve.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// A temporary folder on the disk under test, deleted when it is closed or the program ends.
///
/// Thread-safe: immutable.
final class Workplace implements AutoCloseable {
    private final Path folder;

    private Workplace(Path folder) {
        this.folder = folder;
    }

    /// Makes a new folder in `parent`.
    static Workplace in(Path parent) {
        try {
            Files.createDirectories(parent);
            var workplace = new Workplace(Files.createTempDirectory(parent, "varve-bench-"));
            Runtime.getRuntime().addShutdownHook(new Thread(workplace::close));
            return workplace;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A new folder in this one.
    Path folder(String name) {
        try {
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Deletes everything in the workplace and keeps the workplace.
    void clear() {
        delete(false);
    }

    long usableBytes() {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        delete(true);
    }

    private void delete(boolean folderToo) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .filter(file -> folderToo || !file.equals(folder))
                    .forEach(Workplace::deleteOne);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteOne(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("cannot delete " + file + ": " + e);
        }
    }
}

package dev.varve.checks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The files of a checkout, build outputs and version control left out.
///
/// Immutable.
record SourceTree(Path root, List<Path> files) {
    private static final Set<String> SKIPPED_FOLDERS = Set.of(".git", "target", "node_modules",
            ".idea", ".vscode", ".venv", "__pycache__");
    private static final long MAX_TEXT_BYTES = 2 << 20;

    SourceTree {
        files = List.copyOf(files);
    }

    /// The checkout that this module is part of.
    static SourceTree ofRepository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("checks/pom.xml"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("not run from within the repository");
            }
        }
        return of(folder);
    }

    static SourceTree of(Path root) {
        var files = new ArrayList<Path>();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a) {
                    boolean skipped = SKIPPED_FOLDERS.contains(folder.getFileName().toString());
                    return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile() && !file.endsWith(".git")) {
                        files.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SourceTree(root, files);
    }

    /// All Java files, or only those outside tests.
    List<Path> java(boolean mainOnly) {
        return files.stream()
                .filter(file -> file.toString().endsWith(".java"))
                .filter(file -> !mainOnly || isMain(file))
                .toList();
    }

    boolean isMain(Path file) {
        return place(file).contains("/src/main/java/");
    }

    /// The path from the root, with forward slashes.
    String place(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    /// The lines of a text file; none where it is not text.
    List<String> lines(Path file) {
        try {
            return Files.size(file) > MAX_TEXT_BYTES ? List.of() : Files.readAllLines(file);
        } catch (MalformedInputException notText) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.varve.checks.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A file system of its own with little room: a tmpfs, which only root may mount.
///
/// Confined.
final class SmallFileSystem implements AutoCloseable {
    private static final int BALLAST_PIECE_BYTES = 1 << 20;

    private final Path folder;
    private final Thread atExit;

    private SmallFileSystem(Path folder) {
        this.folder = folder;
        atExit = new Thread(this::unmount);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /// Mounts one over a folder; empty where this user or this system may not.
    static Optional<SmallFileSystem> mount(Path folder, int mebibytes) throws IOException {
        Files.createDirectories(folder);
        return run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "varve-small",
                folder.toString()) ? Optional.of(new SmallFileSystem(folder)) : Optional.empty();
    }

    Path folder() {
        return folder;
    }

    /// Takes room away from everybody else.
    void putBallast(int mebibytes) throws IOException {
        try (var out = Files.newOutputStream(ballast())) {
            for (int i = 0; i < mebibytes; i++) {
                out.write(new byte[BALLAST_PIECE_BYTES]);
            }
        }
    }

    void dropBallast() throws IOException {
        Files.delete(ballast());
    }

    /// What is still free, in bytes.
    long freeBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    @Override
    public void close() {
        unmount();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void unmount() {
        run("umount", "-l", folder.toString());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    private static boolean run(String... command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor() == 0;
        } catch (IOException absent) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

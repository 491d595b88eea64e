package dev.varve.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/// Keeps a file out of the page cache, so that a server that reads through it lives within its own
/// memory budget as one that reads around it does.
///
/// Owns a thread; thread-safe.
final class PageCacheDropper implements AutoCloseable {
    private static final long PAUSE_MILLIS = 50;

    private final Thread thread;

    PageCacheDropper(Path file) {
        thread = Thread.ofPlatform().name("page-cache-dropper").start(() -> dropUntilStopped(file));
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void dropUntilStopped(Path file) {
        // With count=0, dd copies nothing and advises the kernel to drop the whole file.
        var command = List.of("dd", "if=" + file, "iflag=nocache", "count=0", "status=none");
        try {
            while (!Thread.interrupted()) {
                new ProcessBuilder(command).inheritIO().start().waitFor();
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

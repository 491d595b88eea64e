package dev.varve.server;

import com.sun.management.OperatingSystemMXBean;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToLongFunction;

/// What the machine has, as far as defaults and limits depend on it.
///
/// @param memoryBytes memory that this process may use at most: the machine's, or its container's
/// @param diskBytes   for a folder that need not exist yet: bytes that its disk can still take,
///                    plus those that the folder already holds
///
/// Thread-safe.
public record Machine(long memoryBytes, ToLongFunction<Path> diskBytes) {

    /// The machine that this process runs on.
    public static Machine present() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(system.getTotalMemorySize(), Machine::diskBytesAt);
    }

    private static long diskBytesAt(Path folder) {
        try {
            return Files.getFileStore(nearestExisting(folder)).getUsableSpace() + bytesIn(folder);
        } catch (IOException e) {
            throw new StorageException(
                    Kind.CONFIG, "data (" + folder + ") must be on a disk that can be read", e);
        }
    }

    private static Path nearestExisting(Path folder) {
        var path = folder.toAbsolutePath();
        while (!Files.exists(path) && path.getParent() != null) {
            path = path.getParent();
        }
        return path;
    }

    private static long bytesIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (var files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}

package dev.varve.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much memory the process occupies, as the kernel counts it.
///
/// Immutable.
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    /// Resident bytes, shared memory included; -1 where the platform does not tell.
    static long residentBytes() {
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException | RuntimeException e) {
            return -1;
        }
    }
}

package dev.varve.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The machine in words, without its name.
///
/// Immutable.
final class Machine {
    private Machine() {}

    static String describe(Path folder) {
        return String.format(Locale.ROOT, "%d cores (%s), %s RAM, %s %s, file system %s, Java %s",
                Runtime.getRuntime().availableProcessors(),
                field("/proc/cpuinfo", "model name").orElse("unknown"),
                field("/proc/meminfo", "MemTotal").map(Machine::gib).orElse("unknown"),
                System.getProperty("os.name"),
                // The release's own number; what follows it names a build.
                System.getProperty("os.version").replaceAll("[^0-9.].*", ""),
                fileSystem(folder),
                Runtime.version().feature());
    }

    /// How busy the machine is with whatever else: its load average over one minute.
    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static Optional<String> field(String file, String name) {
        try {
            List<String> lines = Files.readAllLines(Path.of(file));
            return lines.stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static String gib(String kib) {
        return Math.round(Long.parseLong(kib.replaceAll("\\D", "")) / 1048576.0) + " GiB";
    }

    private static String fileSystem(Path folder) {
        try {
            return Files.getFileStore(folder).type();
        } catch (IOException e) {
            return "unknown";
        }
    }
}

package dev.varve.server;

import dev.varve.server.EnergyReport.Measured;
import dev.varve.server.EnergyReport.Power;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The energy meters that NVMe drives have of themselves, see [NvmePower]. Only few drives have
/// one; those that say at first that they have none are not asked again.
///
/// What is shown is what the drives said last, so that nobody waits for a drive but the one thread
/// that asks.
///
/// Thread-safe: by a concurrent map and a volatile field, but [#read] is one thread's.
final class NvmeDrives {
    /// Where Linux has them.
    static final Path FOLDER = Path.of("/dev");

    private static final Pattern CONTROLLER = Pattern.compile("nvme\\d+");
    private static final double WATT_HOUR_JOULES = 3600;

    private final Path folder;
    private final Function<Path, Optional<NvmePower>> meter;
    private final Set<Path> without = new HashSet<>();
    private final Map<String, Long> wattHours = new ConcurrentSkipListMap<>();
    private volatile SortedMap<String, NvmePower> last = new TreeMap<>();

    /// Those in a folder, of which none has been asked yet.
    ///
    /// @param meter asks the drive behind a file; nothing if it does not answer
    NvmeDrives(Path folder, Function<Path, Optional<NvmePower>> meter) {
        this.folder = folder;
        this.meter = meter;
    }

    /// Whether there is no drive, with or without a meter.
    boolean isEmpty() {
        return controllers().isEmpty();
    }

    /// Asks each drive, and waits for the answers.
    ///
    /// Of a drive only what its counter has moved between two answers in a row is counted: one that
    /// did not answer meanwhile may be another one, in the place of the first.
    void read() {
        var now = new TreeMap<String, NvmePower>();
        for (var controller : controllers()) {
            if (!without.contains(controller)) {
                meter.apply(controller).ifPresent(power -> {
                    if (power.isReported()) {
                        now.put(controller.getFileName().toString(), power);
                    } else {
                        without.add(controller);
                    }
                });
            }
        }
        now.forEach(this::count);
        last = now;
    }

    /// What they have counted since they were asked for the first time.
    List<Measured> measured() {
        return wattHours.entrySet()
                .stream()
                .map(drive -> new Measured(drive.getKey(), drive.getValue() * WATT_HOUR_JOULES,
                        WATT_HOUR_JOULES))
                .toList();
    }

    /// What they drew when they were asked last.
    List<Power> power() {
        return last.entrySet()
                .stream()
                .flatMap(drive -> drive.getValue()
                        .watts()
                        .stream()
                        .mapToObj(watts -> new Power(drive.getKey(), watts)))
                .toList();
    }

    private void count(String drive, NvmePower now) {
        var before = last.getOrDefault(drive, now);
        now.wattHours()
                .ifPresent(count -> wattHours.merge(drive,
                        count - before.wattHours().orElse(count), Long::sum));
    }

    private List<Path> controllers() {
        try (var files = Files.list(folder)) {
            return files.filter(file -> CONTROLLER.matcher(file.getFileName().toString()).matches())
                    .toList();
        } catch (IOException _) {
            return List.of(); // another system
        }
    }
}

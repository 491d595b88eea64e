package dev.varve.server;

import dev.varve.server.EnergyReport.Measured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The energy meters that a processor has of itself, as Linux shows them: RAPL, "running average
/// power limit", in the folders of its powercap interface
/// (Documentation/power/powercap/powercap.rst). Each zone counts microjoules and begins anew at a
/// maximum, after minutes at full power, so it must be read more often than that.
///
/// Reading needs the right to: many systems keep `energy_uj` for root, because it tells programs
/// about each other.
///
/// Thread-safe: by its monitor.
final class PowerZones {
    /// Where Linux has them.
    static final Path FOLDER = Path.of("/sys/class/powercap");

    /// Packages, and parts of them such as `intel-rapl:0:1`; also those of AMD's processors. Not
    /// `intel-rapl-mmio`, which counts the same again.
    private static final Pattern ZONE = Pattern.compile("intel-rapl(:\\d+){1,2}");
    private static final double JOULES = 1e-6;

    private final List<Zone> zones = new ArrayList<>();

    /// One meter. Guarded by the monitor of the whole.
    private static final class Zone {
        private final String name;
        private final Path counter;
        private final long range;
        private long last;
        private long total;

        Zone(String name, Path counter, long range, long now) {
            this.name = name;
            this.counter = counter;
            this.range = range;
            last = now;
        }

        void read() {
            number(counter).ifPresent(now -> {
                total += now >= last ? now - last : range - last + now;
                last = now;
            });
        }
    }

    private PowerZones() {}

    /// Those below a folder that can be read; none where there is no such folder.
    static PowerZones in(Path folder) {
        var found = new PowerZones();
        try (var files = Files.list(folder)) {
            files.filter(file -> ZONE.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .forEach(file -> found.add(folder, file));
        } catch (IOException _) {
            // another system, or one without meters
        }
        return found;
    }

    boolean isEmpty() {
        return zones.isEmpty();
    }

    /// Reads the meters, so that none begins anew twice between two looks.
    synchronized void read() {
        zones.forEach(Zone::read);
    }

    /// What they have counted since they were found.
    synchronized List<Measured> measured() {
        read();
        return zones.stream()
                .map(zone -> new Measured(zone.name, zone.total * JOULES, JOULES))
                .toList();
    }

    private synchronized void add(Path folder, Path file) {
        var counter = file.resolve("energy_uj");
        var now = number(counter);
        var range = number(file.resolve("max_energy_range_uj"));
        if (now.isPresent() && range.isPresent()) {
            zones.add(new Zone(name(folder, file), counter, range.getAsLong(), now.getAsLong()));
        }
    }

    private static String name(Path folder, Path file) {
        String id = file.getFileName().toString();
        int part = id.indexOf(':', id.indexOf(':') + 1);
        String own = text(file.resolve("name")).findFirst().orElse(id);
        return part < 0 ? own : name(folder, folder.resolve(id.substring(0, part))) + "/" + own;
    }

    private static OptionalLong number(Path file) {
        try {
            return text(file).mapToLong(Long::parseLong).findFirst();
        } catch (NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    private static Stream<String> text(Path file) {
        try {
            return Stream.of(Files.readString(file).strip());
        } catch (IOException _) {
            return Stream.empty();
        }
    }
}

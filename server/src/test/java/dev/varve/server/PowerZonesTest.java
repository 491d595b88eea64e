package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.server.EnergyReport.Measured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A powercap folder as Linux shows it, of a processor with a meter of its memory.
final class PowerZonesTest {
    private static final long RANGE = 262_143_328_850L;

    @TempDir
    private Path folder;

    @BeforeEach
    void machine() throws IOException {
        zone("intel-rapl:0", "package-0", 1_000_000);
        zone("intel-rapl:0:0", "dram", RANGE - 500_000);
        zone("intel-rapl-mmio:0", "package-0", 7);
        Files.createDirectory(folder.resolve("intel-rapl"));
    }

    @Test
    void countsFromWhereTheMetersWereWhenTheyWereFound() throws IOException {
        var zones = PowerZones.in(folder);
        assertThat(zones.measured()).containsExactly(
                measured("package-0", 0), measured("package-0/dram", 0));
        count("intel-rapl:0", 3_500_000);
        assertThat(zones.measured().getFirst()).isEqualTo(measured("package-0", 2.5));
    }

    @Test
    void goesOnWhereAMeterBeginsAnew() throws IOException {
        var zones = PowerZones.in(folder);
        count("intel-rapl:0:0", 250_000);
        zones.read();
        count("intel-rapl:0:0", 1_250_000);
        assertThat(zones.measured().getLast()).isEqualTo(measured("package-0/dram", 1.75));
    }

    @Test
    void leavesOutWhatCannotBeRead() throws IOException {
        Files.delete(folder.resolve("intel-rapl:0/energy_uj"));
        Files.writeString(folder.resolve("intel-rapl:0:0/max_energy_range_uj"), "a lot\n");
        assertThat(PowerZones.in(folder).isEmpty()).isTrue();
    }

    @Test
    void keepsTheLastCountOfAMeterThatIsGone() throws IOException {
        var zones = PowerZones.in(folder);
        count("intel-rapl:0", 2_000_000);
        zones.read();
        Files.delete(folder.resolve("intel-rapl:0/energy_uj"));
        assertThat(zones.measured().getFirst()).isEqualTo(measured("package-0", 1));
    }

    @Test
    void findsNoneWhereThereIsNoSuchFolder() {
        assertThat(PowerZones.in(folder.resolve("absent")).measured()).isEmpty();
    }

    private void zone(String id, String name, long count) throws IOException {
        Files.createDirectory(folder.resolve(id));
        Files.writeString(folder.resolve(id).resolve("name"), name + "\n");
        Files.writeString(folder.resolve(id).resolve("max_energy_range_uj"), RANGE + "\n");
        count(id, count);
    }

    private void count(String id, long count) throws IOException {
        Files.writeString(folder.resolve(id).resolve("energy_uj"), count + "\n");
    }

    private static Measured measured(String zone, double joules) {
        return new Measured(zone, joules, 1e-6);
    }
}

package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.server.EnergyReport.Measured;
import dev.varve.server.EnergyReport.Power;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder of devices as Linux shows it, of two drives, and what they would answer.
final class NvmeDrivesTest {
    private static final NvmePower NONE = new NvmePower(
            OptionalLong.empty(), OptionalDouble.empty());

    @TempDir
    private Path folder;

    private final Map<String, NvmePower> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();

    @BeforeEach
    void machine() throws IOException {
        for (var device : List.of("nvme0", "nvme0n1", "nvme1", "nvme1n1p2", "nvme-fabrics")) {
            Files.createFile(folder.resolve(device));
        }
        answers.put("nvme0", both(1000, 4.5));
        answers.put("nvme1", both(70, 8.25));
    }

    @Test
    void countsFromWhatTheDrivesSayAtFirst() {
        var drives = drives();
        drives.read();
        assertThat(drives.measured()).containsExactly(joules("nvme0", 0), joules("nvme1", 0));
        answers.put("nvme0", both(1001, 4.5));
        drives.read();
        answers.put("nvme0", both(1003, 4.5));
        drives.read();
        assertThat(drives.measured())
                .containsExactly(joules("nvme0", 3 * 3600), joules("nvme1", 0));
    }

    @Test
    void saysWhatTheyDrewLast() {
        var drives = drives();
        drives.read();
        answers.put("nvme0", both(1000, 0.5));
        drives.read();
        assertThat(drives.power())
                .containsExactly(new Power("nvme0", 0.5), new Power("nvme1", 8.25));
    }

    @Test
    void asksControllersAlone() {
        drives().read();
        assertThat(asked).containsExactlyInAnyOrder("nvme0", "nvme1");
    }

    @Test
    void nobodyWaitsForADriveWhoOnlyLooks() {
        var drives = drives();
        assertThat(drives.isEmpty()).isFalse();
        assertThat(drives.measured()).isEmpty();
        assertThat(drives.power()).isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void leavesOutWhatADriveDoesNotSay() {
        answers.put("nvme0", new NvmePower(OptionalLong.empty(), OptionalDouble.of(4.5)));
        answers.put("nvme1", new NvmePower(OptionalLong.of(70), OptionalDouble.empty()));
        var drives = drives();
        drives.read();
        assertThat(drives.measured()).containsExactly(joules("nvme1", 0));
        assertThat(drives.power()).containsExactly(new Power("nvme0", 4.5));
    }

    @Test
    void asksADriveWithoutAMeterOnlyOnce() {
        answers.put("nvme1", NONE);
        var drives = drives();
        drives.read();
        drives.read();
        assertThat(drives.measured()).containsExactly(joules("nvme0", 0));
        assertThat(asked).containsExactlyInAnyOrder("nvme0", "nvme1", "nvme0");
    }

    @Test
    void keepsWhatADriveThatIsGoneHadCounted() throws IOException {
        var drives = drives();
        drives.read();
        answers.put("nvme0", both(1002, 4.5));
        drives.read();
        Files.delete(folder.resolve("nvme0"));
        drives.read();
        assertThat(drives.measured())
                .containsExactly(joules("nvme0", 2 * 3600), joules("nvme1", 0));
        assertThat(drives.power()).containsExactly(new Power("nvme1", 8.25));
    }

    @Test
    void takesADriveThatComesBackForAnotherOne() {
        var drives = drives();
        drives.read();
        answers.put("nvme0", both(1002, 4.5));
        drives.read();
        answers.remove("nvme0");
        drives.read();
        answers.put("nvme0", both(5, 4.5));
        drives.read();
        answers.put("nvme0", both(6, 4.5));
        drives.read();
        assertThat(drives.measured().getFirst()).isEqualTo(joules("nvme0", 3 * 3600));
    }

    @Test
    void findsNoneWhereThereIsNoSuchFolder() {
        var drives = new NvmeDrives(folder.resolve("absent"), this::answer);
        drives.read();
        assertThat(drives.isEmpty()).isTrue();
        assertThat(drives.measured()).isEmpty();
    }

    private NvmeDrives drives() {
        return new NvmeDrives(folder, this::answer);
    }

    private Optional<NvmePower> answer(Path controller) {
        var name = controller.getFileName().toString();
        asked.add(name);
        return Optional.ofNullable(answers.get(name));
    }

    private static NvmePower both(long wattHours, double watts) {
        return new NvmePower(OptionalLong.of(wattHours), OptionalDouble.of(watts));
    }

    private static Measured joules(String drive, double joules) {
        return new Measured(drive, joules, 3600);
    }
}

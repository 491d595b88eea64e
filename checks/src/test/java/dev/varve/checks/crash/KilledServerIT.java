package dev.varve.checks.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.checks.crash.CrashHarness.Sabotage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

@Tag("real-server")
final class KilledServerIT {
    private static final String CYCLES = "varve.crash.cycles";
    private static final String SEED = "varve.crash.seed";
    private static final String REPORT = "varve.crash.report";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void keepsItsPromisesThroughKills() throws Exception {
        int cycles = Integer.getInteger(CYCLES, 10);
        long seed = Long.getLong(SEED, ThreadLocalRandom.current().nextLong());
        String command = "-D" + SEED + "=" + seed + " -D" + CYCLES + "=" + cycles;
        System.out.println("crash harness: " + command);

        Tally tally;
        try {
            tally = new CrashHarness(folder, seed, Sabotage.NONE).run(cycles);
        } catch (Violation e) {
            throw new AssertionError(e.getMessage() + "\n" + command + "\nlogs and data in "
                    + folder, e);
        }

        System.out.println("crash harness: " + cycles + " cycles: " + tally);
        String report = System.getProperty(REPORT, "");
        if (!report.isEmpty()) {
            Files.writeString(Path.of(report), new CrashReport(cycles, seed, tally).markdown());
        }
        assertThat(tally.puts.sum()).isPositive();
        assertThat(tally.durableChecked.sum()).isPositive();
        assertThat(tally.open.sum()).as("kills under load").isPositive();
        assertThat(tally.refused.sum()).as("refused").isLessThan(tally.puts.sum() / 10);
    }

    @Test
    void noticesAFolderThatLostItsObjects() {
        assertThatThrownBy(() -> new CrashHarness(folder, 1, KilledServerIT::deleteAll).run(1))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("is absent but may only be [version");
    }

    private static void deleteAll(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

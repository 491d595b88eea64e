package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeapFlagTest {
    private static final long MIB = 1L << 20;

    @TempDir
    private Path folder;

    @Test
    void growsWithTheMemoryBudget() {
        var data = "--data=" + folder;
        assertThat(heap(List.of("serve", data, "--memory", "300m"))).isEqualTo(456 * MIB);
        assertThat(heap(List.of("serve", data, "--memory=3m", "--memory=30m")))
                .isEqualTo(276 * MIB);
    }

    @Test
    void readsTheEnvironmentToo() {
        assertThat(HeapFlag.heapBytes(
                List.of("serve", "--data", folder.toString()), Map.of("VARVE_MEMORY", "300m")))
                .isEqualTo(456 * MIB);
    }

    @Test
    void leavesBadSettingsToTheCommand() {
        assertThat(heap(List.of("serve", "--memory", "x"))).isEqualTo(256 * MIB);
        assertThat(heap(List.of("serve", "--data", folder.toString(), "--memory"))).isPositive();
    }

    private static long heap(List<String> arguments) {
        return HeapFlag.heapBytes(arguments, Map.of());
    }
}

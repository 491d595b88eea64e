package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NvmeLogTest {
    @TempDir
    private Path folder;

    @Test
    void aFileThatIsNoDriveHasNoLog() throws IOException {
        var file = Files.createFile(folder.resolve("nvme0"));
        assertThat(NvmeLog.health(file)).isEmpty();
    }

    @Test
    void aDeviceThatIsNoDriveHasNoLog() {
        assertThat(NvmeLog.health(Path.of("/dev/null"))).isEmpty();
    }

    @Test
    void aDriveThatIsGoneHasNoLog() {
        assertThat(NvmeLog.health(folder.resolve("nvme0"))).isEmpty();
    }
}

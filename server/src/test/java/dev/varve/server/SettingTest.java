package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SettingTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    @Test
    void theDocumentationHasTheTableOfSettings() throws IOException {
        var rows = Arrays.stream(Setting.values())
                .map(setting -> "| `" + setting.key() + "` | " + setting.fallback() + " | "
                        + setting.description() + " |")
                .toList();
        assertThat(Files.readAllLines(PAGE)).containsSubsequence(rows);
    }

    @Test
    void eachSettingHasAVariable() {
        assertThat(Setting.RESP_PORT.variable()).isEqualTo("VARVE_RESP_PORT");
        assertThat(Setting.values()).extracting(Setting::variable).doesNotHaveDuplicates();
    }
}

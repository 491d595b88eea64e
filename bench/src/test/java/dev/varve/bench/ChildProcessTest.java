package dev.varve.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChildProcessTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @Test
    void returnsWhatACommandSays() throws Exception {
        assertThat(ChildProcess.run(folder, "echo", LIMIT, List.of("echo", "hello")))
                .isEqualTo("hello\n");
    }

    @Test
    void tellsWhatAFailingCommandSaid() {
        var command = List.of("sh", "-c", "echo reason; exit 3");
        assertThatThrownBy(() -> ChildProcess.run(folder, "sh", LIMIT, command))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not succeed")
                .hasMessageContaining("reason");
    }

    @Test
    void aServerThatEndsDoesNotListen() {
        try (var child = ChildProcess.start(folder, "sh", List.of("sh", "-c", "echo no; exit 1"))) {
            int port = ChildProcess.freePort();
            assertThatThrownBy(() -> child.awaitPort(port, LIMIT)).hasMessageContaining("no");
        }
    }

    @Test
    void closingEndsTheProcess() throws Exception {
        var child = ChildProcess.start(folder, "sh", List.of("sh", "-c", "echo up; exec sleep 60"));
        child.awaitOutput("up", LIMIT);
        child.close();
        assertThat(ProcessHandle.of(child.pid()).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void aWorkplaceLeavesNothingBehind() throws Exception {
        try (var workplace = Workplace.in(folder)) {
            Files.writeString(workplace.folder("a").resolve("file"), "x");
            workplace.clear();
            assertThat(workplace.folder("a")).isEmptyDirectory();
            Files.writeString(workplace.folder("b").resolve("file"), "x");
        }
        assertThat(folder).isEmptyDirectory();
    }
}

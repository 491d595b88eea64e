package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the demo, small, in a process of its own.
class DemoProcessTest {
    @TempDir
    private Path folder;

    @Test
    void showsItsTableAndLeavesNothing() throws Exception {
        var demo = start("demo", "--exit", "--blocks", "10000", "--block-bytes", "4k", "--in",
                folder.toString());
        var output = read(demo);

        assertThat(demo.waitFor()).as(output).isZero();
        assertThat(output).contains("A server in " + folder)
                .containsPattern("wrong bytes +0\\n")
                .containsPattern("redis-cli -p \\d+ set greeting hello")
                .containsPattern("aws --endpoint-url http://127.0.0.1:\\d+ ")
                .containsPattern("remote_url: \"redis://127.0.0.1:\\d+\"");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void endsAtOnceOnASignal() throws Exception {
        var demo = start("demo", "--blocks", "50000", "--block-bytes", "64k", "--in",
                folder.toString());
        var output = demo.inputReader(StandardCharsets.UTF_8);
        assertThat(output.readLine()).startsWith("A server in ");

        demo.destroy();

        assertThat(demo.waitFor()).isEqualTo(130);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void saysWhereAPlaceIsTooSmall() throws Exception {
        var demo = start("demo", "--exit", "--blocks", "20000", "--block-bytes", "512m", "--in",
                folder.toString());
        assertThat(read(demo)).contains("varve: the demo needs ").contains("choose another place");
        assertThat(demo.waitFor()).isEqualTo(1);
        assertThat(folder).isEmptyDirectory();
    }

    private static Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp",
                System.getProperty("java.class.path"), "dev.varve.cli.Varve"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String read(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}

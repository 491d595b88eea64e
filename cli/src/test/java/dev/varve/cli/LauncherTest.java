package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the launcher script as far as its search for a JDK.
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final Path LAUNCHER = Path.of("..", "varve").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    private int exitCode;

    @Test
    void takesTheJdkThatItIsTold() throws Exception {
        var jdk = System.getProperty("java.home");
        assertThat(find(LAUNCHER, Map.of("VARVE_JAVA_HOME", jdk))).isEqualTo(jdk + "\n");
        assertThat(exitCode).isZero();
    }

    @Test
    void looksPastAnOlderJdkInJavaHome() throws Exception {
        var old = fakeJdk("17.0.1");
        var fresh = fakeJdk("25.0.9");
        var link = Files.createDirectories(folder.resolve("bin")).resolve("javac");
        Files.createSymbolicLink(link, fresh.resolve("bin/javac"));
        var path = link.getParent() + ":" + System.getenv("PATH");
        assertThat(find(LAUNCHER, Map.of("JAVA_HOME", old.toString(), "PATH", path)))
                .isEqualTo(fresh.toRealPath() + "\n");
    }

    @Test
    void refusesAnOlderJdkThatItIsTold() throws Exception {
        var old = fakeJdk("17.0.1");
        assertThat(find(LAUNCHER, Map.of("VARVE_JAVA_HOME", old.toString())))
                .isEqualTo("varve: VARVE_JAVA_HOME (" + old
                        + ") must be the folder of a JDK 25 or later (found: 17)\n");
        assertThat(exitCode).isEqualTo(2);
    }

    @Test
    void saysHowToGetAJdkWhereThereIsNone() throws Exception {
        var old = fakeJdk("17.0.1");
        // No machine has this version, so on every machine there is none.
        var script = Files.writeString(
                folder.resolve("varve"),
                Files.readString(LAUNCHER).replace("MIN_JAVA=25", "MIN_JAVA=9925"));
        assertThat(find(script, Map.of("JAVA_HOME", old.toString())))
                .startsWith("varve: needs a JDK 9925 or later, and found none. Too old:\n")
                .contains("JDK 17 in " + old + "\n")
                .contains("apt install", "sdkman", "https://adoptium.net/", "VARVE_JAVA_HOME");
        assertThat(exitCode).isEqualTo(2);
    }

    @Test
    void findsItsFolderBehindALink() throws Exception {
        var link = Files.createSymbolicLink(folder.resolve("link"), LAUNCHER);
        assertThat(find(link, Map.of("VARVE_JAVA_HOME", System.getProperty("java.home"))))
                .isEqualTo(System.getProperty("java.home") + "\n");
    }

    private Path fakeJdk(String version) throws IOException {
        var home = Files.createDirectories(folder.resolve("jdk-" + version));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        Files.createDirectories(home.resolve("bin"));
        for (var tool : new String[]{"java", "javac"}) {
            var file = Files.writeString(home.resolve("bin").resolve(tool), "#!/bin/sh\nexit 1\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        return home;
    }

    /// What `--find-jdk` says, on either stream.
    private String find(Path script, Map<String, String> environment)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder("sh", script.toString(), "--find-jdk")
                .redirectErrorStream(true);
        builder.environment().remove("VARVE_JAVA_HOME");
        builder.environment().putAll(environment);
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        exitCode = process.waitFor();
        return output;
    }
}

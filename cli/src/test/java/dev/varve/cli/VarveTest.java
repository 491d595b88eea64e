package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.server.Setting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class VarveTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    static Stream<String> commands() {
        return Varve.commandLine().getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachCommandHelps(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: varve " + command);
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachCommandShowsAnExample(String command) {
        run(command, "--help");
        assertThat(out.toString()).contains("  varve " + command);
    }

    @Test
    void theWholeCommandHelps() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains(commands().toList());
    }

    @Test
    void serveKnowsEachSetting() {
        run("serve", "--help");
        for (var setting : Setting.values()) {
            assertThat(out.toString()).contains("--" + setting.key() + "=" + setting.placeholder());
        }
    }

    @Test
    void sayingNothingIsWrongUse() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("which command?").contains("Usage: varve");
    }

    @Test
    void anUnknownCommandOrOptionIsWrongUse() {
        assertThat(run("srve")).isEqualTo(2);
        assertThat(err.toString()).contains("srve");
        assertThat(run("ls", "--no-such-option")).isEqualTo(2);
        assertThat(run("get")).isEqualTo(2);
        assertThat(run("get", "no-key")).isEqualTo(2);
        assertThat(err.toString()).contains("'no-key' must be BUCKET/KEY");
    }

    @Test
    void badSettingsAreWrongUse() {
        assertThat(run("serve", "--data", folder.toString(), "--memory", "x", "--s3-port", "y"))
                .isEqualTo(2);
        assertThat(err.toString()).startsWith("""
                memory (x) from --memory must be a size such as 512m, 20g or 1.5t
                s3-port (y) from --s3-port must be a port from 0 to 65535
                """.replace("\n", System.lineSeparator()));
    }

    @Test
    void lookingInsideNeedsAServer() {
        var data = folder.toString();
        for (var command : new String[][]{{"ls"}, {"get", "a/b"}, {"put", "-", "a/b"},
                {"rm", "a/b"},
                {"status"}}) {
            err.getBuffer().setLength(0);
            var arguments = Stream.concat(Stream.of(command), Stream.of("--data", data));
            assertThat(run(arguments.toArray(String[]::new))).as(command[0]).isEqualTo(1);
            assertThat(err.toString().strip()).isEqualTo(
                    "varve: no server runs on " + data + "; start one with: varve serve --data "
                            + data);
        }
    }

    @Test
    void keysNeedAFolderThatWasServed() {
        assertThat(run("keys", "--data", folder.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("must be a folder that a server has been started on");
    }

    @Test
    void keysAreShownForPeopleAndForShells() throws Exception {
        Files.writeString(folder.resolve("keys"), "access-key = A\nsecret-key = B\n");
        assertThat(run("keys", "--data", folder.toString())).isZero();
        assertThat(run("keys", "--data", folder.toString(), "--export")).isZero();
        assertThat(out.toString().lines()).containsExactly(
                "access key  A", "secret key  B", "export AWS_ACCESS_KEY_ID=A",
                "export AWS_SECRET_ACCESS_KEY=B");
    }

    @Test
    void versionTellsJavaToo() {
        assertThat(run("version")).isZero();
        assertThat(out.toString()).startsWith("Varve ").contains("Java 25");
    }

    private int run(String... arguments) {
        CommandLine line = Varve.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        return line.execute(arguments);
    }
}

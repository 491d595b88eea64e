package dev.varve.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Takes the Java example out of the README and runs exactly that.
class ReadmeExampleTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern EXAMPLE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void printsWhatItStored() throws IOException, InterruptedException {
        var example = EXAMPLE.matcher(Files.readString(README));
        assertThat(example.find()).as("a Java example in %s", README).isTrue();
        compile("""
                import dev.varve.engine.BucketClass;
                import dev.varve.engine.ObjectKey;
                import dev.varve.store.Store;
                import dev.varve.store.StoreSettings;
                import java.nio.file.Path;

                class Example {
                    public static void main(String[] arguments) {
                %s
                    }
                }
                """.formatted(example.group(1)));

        assertThat(runExample()).isEqualTo("hello\n");
        assertThat(folder.resolve("my-store")).isDirectory();
        assertThat(runExample()).as("on the store of the first run").isEqualTo("hello\n");
    }

    private void compile(String source) throws IOException {
        var file = Files.writeString(folder.resolve("Example.java"), source);
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null, null, null, "-cp", System.getProperty("java.class.path"), "-d",
                        folder.toString(), file.toString());
        assertThat(code).as("exit code of javac").isZero();
    }

    private String runExample() throws IOException, InterruptedException {
        var process = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp",
                folder + System.getProperty("path.separator")
                        + absolute(System.getProperty("java.class.path")),
                "Example"))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static String absolute(String classPath) {
        var separator = System.getProperty("path.separator");
        return Pattern.compile(Pattern.quote(separator))
                .splitAsStream(classPath)
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .reduce((left, right) -> left + separator + right)
                .orElse("");
    }
}

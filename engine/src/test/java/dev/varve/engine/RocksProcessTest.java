package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.Catalog.BucketRecord;
import dev.varve.engine.Catalog.Change;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A catalog in a process of its own, which is killed.
final class RocksProcessTest {
    @TempDir
    Path home;

    /// The other process: commits one object after the other, and says each number when its commit
    /// has returned.
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            var catalog = new RocksFolder(Path.of(arguments[0])).open();
            catalog.commit(List.of(new Change.PutBucket(
                    new BucketRecord(1, "bucket", BucketClass.DURABLE, 7))));
            for (int i = 0; true; i++) {
                catalog.commit(RocksFolder.object(i));
                System.out.println(i);
            }
        }
    }

    @Test
    void nobodyElseGetsInAndAKillLosesNoCommit() throws Exception {
        var folder = new RocksFolder(home.resolve("catalog"));
        var temporary = Files.createDirectory(home.resolve("tmp"));
        var process = start(folder, temporary);
        int said = -1;
        try (var output = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            while (said < 2000) {
                said = Integer.parseInt(output.readLine());
            }
            assertThatThrownBy(folder::open).isInstanceOfSatisfying(StorageException.class,
                    e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
            // Deliberately by its handle: Process would close the output, too.
            process.toHandle().destroyForcibly();
            // The last line may have lost its end, and with it its meaning.
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                said = Math.max(said, line.length() < 4 ? 0 : Integer.parseInt(line));
            }
        }
        process.waitFor();
        try (var catalog = folder.open()) {
            assertThat(RocksFolder.length(catalog).orElseThrow()).isGreaterThan(said);
        }
        try (var left = Files.list(temporary)) {
            assertThat(left).as("what RocksDB leaves behind")
                    .noneMatch(
                            file -> file.toString().endsWith(".so"));
        }
    }

    private Process start(RocksFolder folder, Path temporary) throws IOException {
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-cp", System.getProperty("java.class.path"),
                Writer.class.getName(), folder.path().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}

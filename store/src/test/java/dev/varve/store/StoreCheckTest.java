package dev.varve.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.varve.engine.BucketClass;
import dev.varve.engine.ObjectKey;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreCheckTest {
    private static final StoreSettings SMALL = StoreSettings.of(16 << 20, 64 << 20);

    @TempDir
    private Path folder;

    @Test
    void findsAllWell() {
        fill();
        var report = check();
        assertThat(report.problems()).isEmpty();
        assertThat(report.buckets()).isEqualTo(2);
        assertThat(report.objects()).isEqualTo(32);
        assertThat(report.wantedBytes()).isEqualTo(9_000_000 + 30 * 10_000 + 1_000_000);
        assertThat(report.soundBytes()).isGreaterThanOrEqualTo(report.wantedBytes());
    }

    /// The settings that a store is opened with say nothing about what is in it already.
    @Test
    void findsWhatIsCompressedWellAndReadsItUnderOtherSettings() {
        var zeros = new byte[9_000_000];
        try (var store = Store.open(folder, SMALL.with(Compressing.ALWAYS))) {
            for (var of : BucketClass.values()) {
                store.engine().openBucket(of.name(), of).put(ObjectKey.of("k"), zeros);
            }
            assertThat(store.engine().status().flash().compression().contentBytes())
                    .isGreaterThanOrEqualTo(zeros.length);
        }
        var report = check();
        assertThat(report.problems()).isEmpty();
        assertThat(report.wantedBytes()).isEqualTo(2L * zeros.length);
        assertThat(report.soundBytes()).isLessThan(100_000);
        try (var store = Store.open(folder, SMALL.with(Compressing.NEVER))) {
            for (var of : BucketClass.values()) {
                assertThat(store.engine().openBucket(of.name(), of).get(ObjectKey.of("k")))
                        .contains(zeros);
            }
        }
    }

    @Test
    void findsAnEmptyStoreWell() {
        Store.open(folder, SMALL).close();
        assertThat(check().isGood()).isTrue();
    }

    @Test
    void changesNothing() throws IOException {
        fill();
        var before = content();
        check();
        assertThat(content()).isEqualTo(before);
    }

    @Test
    void namesTheObjectOfAFlippedByte() throws IOException {
        fill();
        flip(largestSegment(), 3_000_000);
        assertThat(check().problems()).anyMatch(
                line -> line.startsWith("object d/large: block ")
                        && line.contains("is not as it was written, in segment "));
    }

    @Test
    void namesTheObjectsOfALostSegment() throws IOException {
        fill();
        Files.delete(largestSegment());
        assertThat(check().problems()).anyMatch(line -> line.startsWith("object d/large: "));
    }

    @Test
    void refusesACatalogThatIsDamaged() throws IOException {
        fill();
        var table = files(folder.resolve("catalog"), ".sst").getFirst();
        flip(table, Files.size(table) / 3);
        var refusal = catchThrowableOfType(StorageException.class, this::check);
        assertThat(refusal.kind()).isEqualTo(Kind.CORRUPT);
        assertThat(refusal).hasMessageContaining("catalog");
    }

    @Test
    void refusesAFolderThatIsHeld() {
        try (var store = Store.open(folder, SMALL)) {
            assertThat(store.engine().buckets()).isEmpty();
            var refusal = catchThrowableOfType(StorageException.class, this::check);
            assertThat(refusal.kind()).isEqualTo(Kind.CONFLICT);
        }
    }

    @Test
    void refusesAFolderThatIsNoStoreAndLeavesItAlone() throws IOException {
        var refusal = catchThrowableOfType(StorageException.class, this::check);
        assertThat(refusal.kind()).isEqualTo(Kind.ABSENT);
        assertThat(folder).isEmptyDirectory();
    }

    private void fill() {
        try (var store = Store.open(folder, SMALL)) {
            var durable = store.engine().openBucket("d", BucketClass.DURABLE);
            durable.put(ObjectKey.of("large"), bytes(9_000_000));
            for (int i = 0; i < 30; i++) {
                durable.put(ObjectKey.of("small-" + i), bytes(10_000));
            }
            store.engine()
                    .openBucket("c", BucketClass.CACHE)
                    .put(ObjectKey.of("k"), bytes(1_000_000));
        }
    }

    private StoreReport check() {
        return StoreCheck.run(folder, _ -> {});
    }

    private Path largestSegment() throws IOException {
        return files(folder.resolve("flash"), "").stream()
                .max(Comparator.comparingLong(file -> file.toFile().length()))
                .orElseThrow();
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int old = bytes.read();
            bytes.seek(at);
            bytes.write(old ^ 0x10);
        }
    }

    /// A checksum of each file.
    private Map<String, Integer> content() throws IOException {
        var content = new TreeMap<String, Integer>();
        try (var files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                try {
                    content.put(file.toString(), Arrays.hashCode(Files.readAllBytes(file)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return content;
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}

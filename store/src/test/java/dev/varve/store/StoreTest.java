package dev.varve.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.BucketClass;
import dev.varve.engine.ObjectKey;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreTest {
    private static final StoreSettings SMALL = StoreSettings.of(16 << 20, 64 << 20);

    @TempDir
    private Path folder;

    @Test
    void keepsDurableAndCachedObjectsOverARestart() {
        try (var store = Store.open(folder, SMALL)) {
            store.engine()
                    .openBucket("d", BucketClass.DURABLE)
                    .put(ObjectKey.of("k"), bytes(9_000_000));
            store.engine()
                    .openBucket("c", BucketClass.CACHE)
                    .put(ObjectKey.of("k"), bytes(1_000_000));
        }
        try (var store = Store.open(folder, SMALL)) {
            assertThat(store.engine().bucket("d").orElseThrow().get(ObjectKey.of("k")))
                    .contains(bytes(9_000_000));
            assertThat(store.engine().bucket("c").orElseThrow().get(ObjectKey.of("k")))
                    .contains(bytes(1_000_000));
        }
    }

    @Test
    void movesWhatMemoryCannotHoldToFlashInTheBackground() {
        try (var store = Store.open(folder, SMALL)) {
            var cache = store.engine().openBucket("c", BucketClass.CACHE);
            for (int i = 0; i < 40; i++) {
                cache.put(ObjectKey.of("k" + i), bytes(1_000_000 + i));
            }
            for (int i = 0; i < 40; i++) {
                assertThat(cache.get(ObjectKey.of("k" + i))).contains(bytes(1_000_000 + i));
            }
            assertThat(store.engine().status().reads().flashBytes()).isPositive();
        }
    }

    @Test
    void isHeldByOneAtATime() {
        try (var store = Store.open(folder, SMALL)) {
            assertThat(store.engine().buckets()).isEmpty();
            assertThatThrownBy(() -> Store.open(folder, SMALL).close())
                    .hasMessageContaining("in use by another Varve");
        }
        Store.open(folder, SMALL).close();
    }

    @Test
    void refusesAFolderOfANewerVersion() throws IOException {
        Files.writeString(folder.resolve("FORMAT"), "varve 99\n");
        assertThatThrownBy(() -> Store.open(folder, SMALL).close())
                .isInstanceOfSatisfying(StorageException.class, refused -> {
                    assertThat(refused.kind()).isEqualTo(Kind.CONFIG);
                    assertThat(refused).hasMessageContaining("newer Varve");
                });
    }

    @Test
    void refusesAFolderThatIsNotAStore() throws IOException {
        Files.writeString(folder.resolve("FORMAT"), "something else");
        assertThatThrownBy(() -> Store.open(folder, SMALL).close())
                .hasMessageContaining("not a Varve store");
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}

package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.Catalog.BucketRecord;
import dev.varve.engine.Catalog.Change;
import dev.varve.engine.Catalog.Numbers;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksCatalogTest extends CatalogContract {
    private static final CatalogSettings SMALL = new CatalogSettings(1 << 20, 1 << 20, 1 << 20,
            16, 1);

    @TempDir
    Path folder;

    @Override
    Catalog create() {
        return RocksCatalog.open(folder, CatalogSettings.DEFAULT);
    }

    @Override
    Catalog reopen(Catalog catalog) {
        catalog.close();
        return create();
    }

    @Override
    int openCursors(Catalog catalog) {
        return ((RocksCatalog) catalog).openCursors();
    }

    @Test
    void closingInTheMidstOfEverythingIsSafe() throws Exception {
        for (int round = 0; round < 20; round++) {
            var catalog = RocksCatalog.open(folder.resolve("busy"), SMALL);
            together(9, thread -> {
                int number = 0;
                if (thread == 0) {
                    while (catalog.object(1, RocksFolder.key(20)).isEmpty()) {
                        Thread.onSpinWait();
                    }
                    catalog.close();
                    return List.of();
                }
                try {
                    while (true) {
                        use(catalog, thread, number++ % 500);
                    }
                } catch (StorageException e) {
                    assertThat(e.kind()).isEqualTo(Kind.CLOSED);
                }
                return List.of();
            });
            assertThat(catalog.openCursors()).isZero();
        }
    }

    private static void use(RocksCatalog catalog, int thread, int number) {
        switch (thread) {
            case 1, 2 -> catalog.commit(RocksFolder.object(number));
            case 3 -> catalog.sync();
            case 4 -> catalog.object(1, RocksFolder.key(number));
            case 5 -> catalog.mayHaveObject(1, RocksFolder.key(number));
            case 6 -> catalog.blocks(List.of(1L + number, 2L + number));
            case 7 -> {
                // Deliberately left open: closing the catalog must free it.
                var cursor = catalog.objects(1, ObjectKey.of("key-" + number % 10));
                for (int i = 0; i < 5; i++) {
                    cursor.next();
                }
                if (number % 10 > 0) {
                    cursor.close();
                }
            }
            default -> catalog.reserve(Numbers.BLOCKS, 1);
        }
    }

    @Test
    void worksThroughFlushesAndCompactions() {
        var path = folder.resolve("small");
        try (var catalog = RocksCatalog.open(path, SMALL)) {
            for (int round = 0; round < 4; round++) {
                for (int i = 0; i < 5000; i++) {
                    catalog.commit(RocksFolder.object(i));
                }
                for (int i = 0; i < 5000; i += 2) {
                    catalog.commit(List.of(new Change.RemoveObject(1, RocksFolder.key(i)),
                            new Change.RemoveBlock(i + 1)));
                }
            }
        }
        try (var catalog = RocksCatalog.open(path, SMALL)) {
            catalog.verifyFiles();
            for (int i = 0; i < 5000; i++) {
                assertThat(catalog.object(1, RocksFolder.key(i)).isPresent())
                        .isEqualTo(i % 2 == 1);
                assertThat(catalog.block(i + 1).isPresent()).isEqualTo(i % 2 == 1);
            }
            assertThat(drain(catalog.objects(1, ObjectKey.EMPTY))).hasSize(2500);
            // Each look-up above has brought the filters into memory, where a denial comes from.
            assertThat(IntStream.range(5000, 7000)
                    .filter(i -> catalog.mayHaveObject(1, RocksFolder.key(i)))
                    .count()).isLessThan(200);
        }
    }

    /// Until November 2026 buckets had their numbers from those of blocks.
    @Test
    void goesOnAfterTheGreatestBucketOfAnOlderCatalog() {
        var path = folder.resolve("older");
        try (var catalog = RocksCatalog.open(path, SMALL)) {
            for (int id : new int[]{7, 1 << 21, 3}) {
                catalog.commit(List.of(new Change.PutBucket(
                        new BucketRecord(id, "b" + id, BucketClass.CACHE, 1))));
            }
        }
        try (var catalog = RocksCatalog.open(path, SMALL)) {
            assertThat(catalog.reserve(Numbers.BUCKETS, 1)).isEqualTo((1 << 21) + 1);
            assertThat(catalog.reserve(Numbers.BUCKETS, 1)).isEqualTo((1 << 21) + 2);
        }
    }

    @Test
    void aCursorCannotBeUsedAfterItsClose() {
        try (var catalog = RocksCatalog.open(folder.resolve("other"), SMALL)) {
            var cursor = catalog.allBlocks();
            cursor.close();
            assertThatThrownBy(cursor::next).isInstanceOf(IllegalStateException.class);
        }
    }
}

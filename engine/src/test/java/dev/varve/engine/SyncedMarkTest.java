package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SyncedMarkTest {
    @TempDir
    Path folder;

    @Test
    void remembersTheLastChange() {
        assertThat(SyncedMark.exists(folder)).isFalse();
        assertThat(SyncedMark.read(folder)).isZero();
        try (var mark = SyncedMark.open(folder)) {
            assertThat(SyncedMark.read(folder)).isZero();
            mark.write(7);
            mark.write(Long.MAX_VALUE);
            mark.force();
        }
        assertThat(SyncedMark.read(folder)).isEqualTo(Long.MAX_VALUE);
        SyncedMark.open(folder).close();
        assertThat(SyncedMark.read(folder)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void everyDamageCountsForNothing() throws IOException {
        try (var mark = SyncedMark.open(folder)) {
            mark.write(0x0102030405060708L);
        }
        var file = folder.resolve(SyncedMark.FILE);
        var whole = Files.readAllBytes(file);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            RocksFolder.flip(file, bit / 8, bit % 8);
            assertThat(SyncedMark.read(folder)).isZero();
            Files.write(file, whole);
        }
        for (int length = 0; length < whole.length; length++) {
            RocksFolder.cut(file, length);
            assertThat(SyncedMark.read(folder)).isZero();
            Files.write(file, whole);
        }
    }

    @Test
    void anInterruptDoesNotHarmIt() {
        try (var mark = SyncedMark.open(folder)) {
            Thread.currentThread().interrupt();
            mark.write(1);
            assertThat(Thread.interrupted()).isTrue();
            mark.write(2);
        }
        assertThat(SyncedMark.read(folder)).isEqualTo(2);
    }

    @Test
    void saysWhereItCannotBeKept() {
        var nowhere = folder.resolve("nowhere");
        assertThatThrownBy(() -> SyncedMark.open(nowhere))
                .isInstanceOfSatisfying(StorageException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining(nowhere.toString());
    }
}

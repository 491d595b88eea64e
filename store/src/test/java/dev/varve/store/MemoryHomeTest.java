package dev.varve.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.BucketClass;
import dev.varve.engine.ObjectKey;
import dev.varve.store.MemoryHome.AtStop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryHomeTest {
    private static final StoreSettings SMALL = StoreSettings.of(16 << 20, 64 << 20);

    @TempDir
    private Path top;
    private Path folder;
    private Path memory;

    @BeforeEach
    void makeFolders() throws IOException {
        folder = top.resolve("data");
        memory = Files.createDirectory(top.resolve("memory"));
    }

    @Test
    void removesTheFileAtAnOrderlyStop() throws IOException {
        put(AtStop.FLASH);
        assertThat(files()).isEmpty();
        try (var store = open(AtStop.FLASH)) {
            assertThat(store.engine().status().survival().foundBlocks()).isZero();
            assertThat(get(store)).isTrue();
            assertThat(files()).hasSize(1);
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void leavesTheFileToTheNextStartWhereItIsTold() throws IOException {
        put(AtStop.KEEP);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
                .isEqualTo("rw-------");
        try (var store = open(AtStop.KEEP)) {
            var status = store.engine().status();
            assertThat(status.survival().foundBlocks()).isEqualTo(1);
            assertThat(status.movement().contentBytesWritten()).isZero();
            assertThat(get(store)).isTrue();
            assertThat(store.engine().status().reads().flashBlocks()).isZero();
        }
    }

    @Test
    void keepsWithinTheBudgetWithItsIndex() {
        try (var store = open(AtStop.FLASH)) {
            long slots = store.engine().status().survival().slots();
            long budget = store.engine().status().tiers().getFirst().budgetBytes();
            assertThat(budget + slots * 512).isLessThanOrEqualTo(SMALL.memoryBytes());
            assertThat(slots).isGreaterThanOrEqualTo((16 << 20) / (32 << 10));
        }
    }

    @Test
    void startsAnewWithAnotherBudget() throws IOException {
        put(AtStop.KEEP);
        var larger = StoreSettings.of(17 << 20, 64 << 20)
                .with(new MemoryHome.In(memory, AtStop.FLASH));
        try (var store = Store.open(folder, larger)) {
            assertThat(get(store)).isFalse();
            assertThat(store.remarks()).anyMatch(remark -> remark.contains("of another memory"));
        }
    }

    @Test
    void startsAnewWhereTheHeaderIsDamaged() throws IOException {
        put(AtStop.KEEP);
        try (var file = FileChannel.open(files().getFirst(), StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            var some = ByteBuffer.allocate(1);
            file.read(some, 17);
            file.write(ByteBuffer.wrap(new byte[]{(byte) ~some.get(0)}), 17);
        }
        try (var store = open(AtStop.FLASH)) {
            assertThat(get(store)).isFalse();
            assertThat(store.remarks()).anyMatch(remark -> remark.contains("header is damaged"));
        }
    }

    @Test
    void startsAnewWhereTheFileWasCut() throws IOException {
        put(AtStop.KEEP);
        try (var file = FileChannel.open(files().getFirst(), StandardOpenOption.WRITE)) {
            file.truncate(1 << 20);
        }
        try (var store = open(AtStop.FLASH)) {
            assertThat(get(store)).isFalse();
            assertThat(store.remarks()).anyMatch(remark -> remark.contains("must have"));
        }
    }

    @Test
    void doesNotBelieveAFileThatOthersMayWrite() throws IOException {
        put(AtStop.KEEP);
        Files.setPosixFilePermissions(files().getFirst(),
                PosixFilePermissions.fromString("rw-rw-rw-"));
        try (var store = open(AtStop.FLASH)) {
            assertThat(get(store)).isFalse();
            assertThat(store.remarks()).anyMatch(remark -> remark.contains("others"));
        }
    }

    @Test
    void doesNotGiveItToAnotherStoreInTheSamePlace() throws IOException {
        put(AtStop.KEEP);
        Files.move(folder, top.resolve("elsewhere"));
        try (var store = open(AtStop.FLASH)) {
            assertThat(get(store)).isFalse();
            assertThat(store.remarks()).anyMatch(remark -> remark.contains("another store"));
        }
    }

    @Test
    void doesNotGiveItBackAfterAProcessThatDidNotHaveIt() throws IOException {
        put(AtStop.KEEP);
        try (var store = Store.open(folder, SMALL)) {
            store.engine().openBucket("c", BucketClass.CACHE).put(ObjectKey.of("k"), new byte[1]);
            store.engine().openBucket("c", BucketClass.CACHE).remove(ObjectKey.of("k"));
        }
        try (var store = open(AtStop.FLASH)) {
            assertThat(get(store)).isFalse();
            assertThat(store.remarks()).anyMatch(remark -> remark.contains("without it since"));
        }
    }

    @Test
    void followsNoLink() throws IOException {
        put(AtStop.KEEP);
        var file = files().getFirst();
        var victim = Files.writeString(top.resolve("victim"), "untouched");
        Files.delete(file);
        Files.createSymbolicLink(file, victim);
        try (var store = open(AtStop.FLASH)) {
            assertThat(store.engine().status().survival().slots()).isZero();
            assertThat(store.remarks()).anyMatch(remark -> remark.contains("not a file of this"));
        }
        assertThat(victim).hasContent("untouched");
    }

    @Test
    void doesWithoutWhereTheFolderIsNotThere() {
        var home = new MemoryHome.In(top.resolve("nowhere"), AtStop.KEEP);
        try (var store = Store.open(folder, SMALL.with(home))) {
            assertThat(store.engine().status().survival().slots()).isZero();
            assertThat(store.remarks()).anyMatch(remark -> remark.contains("does not outlive"));
        }
    }

    private void put(AtStop atStop) {
        try (var store = open(atStop)) {
            store.engine()
                    .openBucket("c", BucketClass.CACHE)
                    .put(ObjectKey.of("k"), bytes());
        }
    }

    private Store open(AtStop atStop) {
        return Store.open(folder, SMALL.with(new MemoryHome.In(memory, atStop)));
    }

    private static boolean get(Store store) {
        var found = store.engine().openBucket("c", BucketClass.CACHE).get(ObjectKey.of("k"));
        found.ifPresent(value -> assertThat(value).isEqualTo(bytes()));
        return found.isPresent();
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(memory)) {
            return files.toList();
        }
    }

    private static byte[] bytes() {
        var bytes = new byte[900_000];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}

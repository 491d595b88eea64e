package dev.varve.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.FolderDisk.Access;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FolderDiskTest {
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void readsWhatWasWritten(Access access) {
        var disk = FolderDisk.open(folder.resolve("new/deep"), access);
        try (var file = disk.create("a")) {
            file.write(PAGE, filled(3 * PAGE, 7));
            file.write(0, filled(PAGE, 1));
            file.sync();
            disk.syncNames();
            var read = filled(2 * PAGE, 0);
            file.read(0, read);
            assertThat(read.asSlice(0, PAGE).mismatch(filled(PAGE, 1))).isEqualTo(-1);
            assertThat(read.asSlice(PAGE).mismatch(filled(PAGE, 7))).isEqualTo(-1);
            assertThat(file.sizeBytes()).isEqualTo(4 * PAGE);
        }
        assertThat(disk.names()).containsExactly("a");
        assertThat(disk.usableBytes()).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void transfersSeveralPiecesAtOnce(Access access) {
        var disk = FolderDisk.open(folder, access);
        try (var file = disk.create("pieces")) {
            for (int round = 0; round < 10; round++) {
                file.write(PAGE,
                        List.of(filled(PAGE, 1), filled(3 * PAGE, 2), filled(2 * PAGE, 3)));
                assertThat(file.sizeBytes()).isEqualTo(7 * PAGE);
                var pieces = List.of(filled(2 * PAGE, 0), filled(PAGE, 0), filled(3 * PAGE, 0));
                file.read(PAGE, pieces);
                var all = filled(6 * PAGE, 0);
                file.read(PAGE, all);
                assertThat(all.asSlice(0, 2 * PAGE).mismatch(pieces.get(0))).isEqualTo(-1);
                assertThat(all.asSlice(2 * PAGE, PAGE).mismatch(pieces.get(1))).isEqualTo(-1);
                assertThat(all.asSlice(3 * PAGE).mismatch(pieces.get(2))).isEqualTo(-1);
                assertThat(all.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
                assertThat(all.get(ValueLayout.JAVA_BYTE, 6 * PAGE - 1)).isEqualTo((byte) 3);
            }
            assertKind(Kind.CORRUPT,
                    () -> file.read(5 * PAGE, List.of(filled(PAGE, 0), filled(2 * PAGE, 0))));
        }
    }

    @ParameterizedTest
    @EnumSource
    void piecesGoToTheRightFileWhenItsNameIsTakenByAnother(Access access) {
        var disk = FolderDisk.open(folder, access);
        try (var first = disk.create("a")) {
            first.write(0, List.of(filled(PAGE, 1), filled(PAGE, 1)));
            disk.delete("a");
            try (var second = disk.create("a"); var third = disk.open("a")) {
                second.write(0, List.of(filled(PAGE, 2), filled(PAGE, 2)));
                var pieces = List.of(filled(PAGE, 0), filled(PAGE, 0));
                for (int i = 0; i < 3; i++) {
                    first.read(0, pieces);
                    assertThat(pieces.get(1).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
                    third.read(0, pieces);
                    assertThat(pieces.get(1).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
                }
            }
        }
    }

    @Test
    void piecesCanBeTransferredByManyThreadsAndAfterTheNameIsGone() throws Exception {
        var disk = FolderDisk.open(folder, Access.DIRECT);
        try (var file = disk.create("shared");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            file.write(0, filled(64 * PAGE, 0));
            List<Future<?>> done = new ArrayList<>();
            for (int t = 1; t <= 16; t++) {
                int mine = t;
                done.add(threads.submit(() -> {
                    for (int round = 0; round < 20; round++) {
                        long at = 2L * mine * PAGE;
                        file.write(at, List.of(filled(PAGE, mine), filled(PAGE, mine)));
                        var pieces = List.of(filled(PAGE, 0), filled(PAGE, 0));
                        file.read(at, pieces);
                        assertThat(pieces.get(0).mismatch(filled(PAGE, mine))).isEqualTo(-1);
                        assertThat(pieces.get(1).mismatch(filled(PAGE, mine))).isEqualTo(-1);
                    }
                }));
            }
            done.getFirst().get();
            disk.delete("shared");
            for (var one : done) {
                one.get();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readingPastTheEndIsCorrupt(Access access) {
        var disk = FolderDisk.open(folder, access);
        try (var file = disk.create("short")) {
            file.write(0, filled(2 * PAGE, 1));
            assertKind(Kind.CORRUPT, () -> file.read(PAGE, filled(2 * PAGE, 0)));
            file.truncate(PAGE);
            assertKind(Kind.CORRUPT, () -> file.read(PAGE, filled(PAGE, 0)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatEndsWithinAPageIsCorrupt(Access access) throws IOException {
        Files.write(folder.resolve("odd"), new byte[5000]);
        try (var file = FolderDisk.open(folder, access).open("odd")) {
            assertKind(Kind.CORRUPT, () -> file.read(0, filled(2 * PAGE, 0)));
        }
    }

    @Test
    void namesItsErrors() {
        var disk = FolderDisk.open(folder, Access.BUFFERED);
        assertKind(Kind.ABSENT, () -> disk.open("missing"));
        var file = disk.create("there");
        assertKind(Kind.CONFLICT, () -> disk.create("there"));
        file.close();
        assertKind(Kind.CLOSED, file::sync);
        disk.delete("there");
        disk.delete("there");
        assertThat(disk.names()).isEmpty();
    }

    @Test
    void deletedFilesStayReadableWhileOpen() {
        var disk = FolderDisk.open(folder, Access.DIRECT);
        try (var file = disk.create("gone")) {
            file.write(0, filled(PAGE, 9));
            disk.delete("gone");
            var read = filled(PAGE, 0);
            file.read(0, read);
            assertThat(read.mismatch(filled(PAGE, 9))).isEqualTo(-1);
        }
    }

    @Test
    void tellsAFullDeviceFromABrokenOne() {
        assertThat(FolderDisk.failure("w", new IOException("No space left on device")).kind())
                .isEqualTo(Kind.FULL);
        assertThat(FolderDisk.failure("w", new IOException("Disk quota exceeded")).kind())
                .isEqualTo(Kind.FULL);
        assertThat(FolderDisk.failure("w", new IOException("Input/output error")).kind())
                .isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void refusesNamesThatLeaveTheFolder() {
        var disk = FolderDisk.open(folder, Access.BUFFERED);
        assertThatThrownBy(() -> disk.create("../x")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> disk.open("")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesAFolderThatIsAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertKind(Kind.CONFIG, () -> FolderDisk.open(file, Access.DIRECT));
    }

    private static void assertKind(Kind kind, Runnable body) {
        assertThatThrownBy(body::run).isInstanceOfSatisfying(StorageException.class,
                e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
    }

    private static MemorySegment filled(int bytes, int value) {
        var room = ByteBuffer.allocateDirect(bytes + PAGE).alignedSlice(PAGE);
        return MemorySegment.ofBuffer(room).asSlice(0, bytes).fill((byte) value);
    }
}

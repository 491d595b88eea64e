package dev.varve.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class SharedMemoryTest {
    private static final int MIB = 1 << 20;

    @Test
    void saysWhereABlockLiesInTheFile() throws IOException {
        try (var slab = BuddySlab.open(4 * MIB);
                var before = slab.allocate(300_000).orElseThrow();
                var block = slab.allocate(1_000_000).orElseThrow()) {
            var shared = slab.shared().orElseThrow();
            assertThat(shared.sizeBytes()).isEqualTo(4 * MIB);
            assertThat(shared.offsetOf(before.run(0))).isZero();
            for (int i = 0; i < block.runCount(); i++) {
                block.run(i).fill((byte) (i + 1));
            }
            int descriptor = shared.openForReading();
            try (var file = open(descriptor, StandardOpenOption.READ)) {
                var mapped = file.map(FileChannel.MapMode.READ_ONLY, shared.fileOffset(),
                        shared.sizeBytes());
                for (int i = 0; i < block.runCount(); i++) {
                    int offset = Math.toIntExact(shared.offsetOf(block.run(i)));
                    assertThat(mapped.get(offset)).isEqualTo((byte) (i + 1));
                    assertThat(MemorySegment.ofBuffer(mapped)
                            .asSlice(offset, block.run(i).byteSize())
                            .mismatch(block.run(i))).isEqualTo(-1);
                }
            } finally {
                LinuxCalls.close(descriptor);
            }
        }
    }

    @Test
    void letsNobodyElseWrite() throws IOException {
        try (var slab = BuddySlab.open(MIB); var block = slab.allocate(4096).orElseThrow()) {
            int descriptor = slab.shared().orElseThrow().openForReading();
            try (var file = open(
                    descriptor, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                assertThatThrownBy(() -> file.map(FileChannel.MapMode.READ_WRITE, 0, MIB))
                        .isInstanceOf(IOException.class);
                assertThatThrownBy(() -> file.truncate(0)).isInstanceOf(IOException.class);
            } finally {
                LinuxCalls.close(descriptor);
            }
            block.run(0).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
    }

    @Test
    void knowsNoPlaceOfAnotherSlabsBlocks() {
        try (var slab = BuddySlab.open(MIB);
                var other = BuddySlab.open(MIB);
                var block = other.allocate(4096).orElseThrow()) {
            var shared = slab.shared().orElseThrow();
            assertThatThrownBy(() -> shared.offsetOf(block.run(0)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    private static FileChannel open(int descriptor, StandardOpenOption... options)
            throws IOException {
        return FileChannel.open(Path.of("/proc/self/fd/" + descriptor), options);
    }
}

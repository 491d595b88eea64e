package dev.varve.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BuddySlabTest {
    private static final int MIB = 1 << 20;

    @Test
    void cutsAPowerOfTwoInOneRun() {
        try (var slab = BuddySlab.open(64 * MIB);
                var block = slab.allocate(8 * MIB).orElseThrow()) {
            assertThat(block.runCount()).isEqualTo(1);
            assertThat(block.run(0).byteSize()).isEqualTo(8 * MIB);
            assertThat(block.run(0).address() % 4096).isZero();
        }
    }

    @Test
    void wastesLessThanASixteenthOrTheSmallestChunk() {
        try (var slab = BuddySlab.open(MIB)) {
            var random = new Random(1);
            for (int i = 0; i < 100_000; i++) {
                int length = random.nextInt(1 << random.nextInt(1, 31));
                long waste = slab.footprintBytes(length) - length;
                assertThat(waste).isLessThanOrEqualTo(Math.max(256, length / 16));
            }
        }
    }

    @Test
    void refusesWhatDoesNotFitAndTakesItAfterRoomWasMade() {
        try (var slab = BuddySlab.open(4 * MIB)) {
            var first = slab.allocate(3 * MIB).orElseThrow();
            assertThat(slab.allocate(2 * MIB)).isEmpty();
            first.close();
            slab.allocate(4 * MIB).orElseThrow().close();
            assertThat(slab.usedBytes()).isZero();
        }
    }

    @Test
    void usesScatteredMemoryDownToTheGrain() {
        try (var slab = BuddySlab.open(8 * MIB)) {
            var small = new ArrayList<Block>();
            for (int i = 0; i < 128; i++) {
                small.add(slab.allocate(64 << 10).orElseThrow());
            }
            for (int i = 0; i < 128; i += 2) {
                small.get(i).close();
            }
            try (var large = slab.allocate(1 * MIB).orElseThrow()) {
                assertThat(large.runCount()).isEqualTo(16);
            }
            for (int i = 1; i < 128; i += 2) {
                small.get(i).close();
            }
            slab.allocate(8 * MIB).orElseThrow().close();
        }
    }

    @Test
    void keepsMemoryUntilTheLastLeaseIsGivenBack() {
        try (var slab = BuddySlab.open(MIB)) {
            var block = slab.allocate(1000).orElseThrow();
            var second = block.retain();
            block.close();
            assertThat(slab.usedBytes()).isEqualTo(1024);
            second.close();
            assertThat(slab.usedBytes()).isZero();
            assertThat(block.tryRetain()).isFalse();
            assertThatThrownBy(block::close).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void holdsAnEmptyBlock() {
        try (var slab = BuddySlab.open(MIB); var block = slab.allocate(0).orElseThrow()) {
            assertThat(block.run(0).byteSize()).isZero();
            assertThat(block.crc32c()).isZero();
        }
    }

    @Test
    void refusesAccessBeyondTheContent() {
        try (var slab = BuddySlab.open(MIB); var block = slab.allocate(10).orElseThrow()) {
            assertThatThrownBy(() -> block.copyIn(8, ByteBuffer.allocate(3)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void keepsEveryBlockIntactUnderRandomLoad(long seed) {
        var random = new Random(seed);
        try (var slab = BuddySlab.open(16 * MIB + 12288)) {
            var held = new ArrayList<Filled>();
            for (int i = 0; i < 4_000; i++) {
                if (random.nextInt(3) > 0) {
                    int length = random.nextInt(1 << random.nextInt(1, 22));
                    slab.allocate(length).ifPresent(b -> held.add(Filled.fill(b, random)));
                } else if (!held.isEmpty()) {
                    held.remove(random.nextInt(held.size())).checkAndClose();
                }
                assertThat(slab.usedBytes()).isEqualTo(footprint(slab, held));
            }
            held.forEach(Filled::checkAndClose);
            assertThat(slab.usedBytes()).isZero();
            slab.allocate(16 * MIB).orElseThrow().close();
        }
    }

    private static long footprint(Slab slab, List<Filled> held) {
        return held.stream().mapToLong(f -> slab.footprintBytes(f.block.lengthBytes())).sum();
    }

    private record Filled(Block block, byte[] content) {
        static Filled fill(Block block, Random random) {
            var content = new byte[block.lengthBytes()];
            random.nextBytes(content);
            int half = content.length / 2;
            block.copyIn(0, ByteBuffer.wrap(content, 0, half));
            block.copyIn(half, ByteBuffer.wrap(content, half, content.length - half));
            return new Filled(block, content);
        }

        void checkAndClose() {
            var read = new byte[content.length];
            block.copyOut(0, MemorySegment.ofArray(read));
            assertThat(read).isEqualTo(content);
            assertThat(block.crc32c()).isEqualTo(Crc32c.of(MemorySegment.ofArray(content)));
            block.close();
        }
    }
}

package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.bytes.Block;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestSlabTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 100, 4095, 4096, 5000, 65_535, 65_536, 100_000, 1 << 20})
    void blocksKeepTheContract(int length) {
        for (TestSlab slab : new TestSlab[]{TestSlab.of(1 << 22), TestSlab.fragmented(1 << 22)}) {
            try (Block block = slab.allocate(length).orElseThrow()) {
                var bytes = new byte[length];
                new SplittableRandom(length).nextBytes(bytes);
                block.copyIn(0, MemorySegment.ofArray(bytes));
                var copy = new byte[length];
                block.copyOut(0, MemorySegment.ofArray(copy));
                assertThat(copy).isEqualTo(bytes);
                long sum = 0;
                for (int i = 0; i < block.runCount(); i++) {
                    MemorySegment padded = block.paddedRun(i);
                    sum += block.run(i).byteSize();
                    assertThat(padded.address() % (padded.byteSize() >= 4096 ? 4096 : 1)).isZero();
                    assertThat(padded.byteSize() % (length >= 65_536 ? 4096 : 1)).isZero();
                }
                assertThat(sum).isEqualTo(length);
                if (length >= 3) {
                    var part = MemorySegment.ofArray(new byte[length - 2]);
                    block.copyOut(1, part);
                    assertThat(part.toArray(ValueLayout.JAVA_BYTE)).startsWith(bytes[1])
                            .endsWith(bytes[length - 2]);
                }
            }
            slab.assertNoLeases();
            assertThat(slab.usedBytes()).isZero();
        }
    }

    @Test
    void neverExceedsItsCapacity() {
        var slab = TestSlab.of(8192);
        try (var _ = slab.allocate(5000).orElseThrow()) {
            assertThat(slab.allocate(1)).isEmpty();
        }
        assertThat(slab.allocate(1)).isPresent();
        assertThatThrownBy(slab::assertNoLeases).isInstanceOf(AssertionError.class);
    }

    @Test
    void findsMisuseOfLeases() {
        var slab = TestSlab.of(8192);
        Block block = slab.allocate(10).orElseThrow();
        block.retain();
        block.close();
        block.close();
        assertThat(block.tryRetain()).isFalse();
        assertThatThrownBy(() -> block.run(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(block::close).isInstanceOf(IllegalStateException.class);
    }
}

package dev.varve.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class ScratchTest {
    @Test
    void givesWholePagesForDirectInputAndOutput() {
        try (var scratch = new Scratch()) {
            for (long count : new long[]{1, 4095, 4096, 4097, 1_000_000}) {
                var pages = scratch.pages(count);
                assertThat(pages.byteSize()).isBetween(count, count + 4095);
                assertThat(pages.byteSize() % 4096).isZero();
                assertThat(pages.address() % 4096).isZero();
            }
        }
    }

    @Test
    void takesItsMemoryBackWhenItIsClosed() {
        MemorySegment bytes;
        try (var scratch = new Scratch()) {
            bytes = scratch.bytes(100);
            assertThat(bytes.byteSize()).isEqualTo(100);
        }
        assertThatThrownBy(() -> bytes.get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
    }
}

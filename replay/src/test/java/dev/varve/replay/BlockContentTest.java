package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockContentTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 4096, 65_536, 65_543})
    void findsNothingWrongWithWhatItFilled(int length) {
        for (long id : new long[]{0, 1, -1, Long.MIN_VALUE, 123_456_789}) {
            assertThat(BlockContent.wrongBytes(id, block(id, length))).isZero();
        }
    }

    @Test
    void findsEverySingleFlippedBit() {
        var block = block(5, 21);
        for (int at = 0; at < 21; at++) {
            for (int bit = 0; bit < 8; bit++) {
                block.put(at, (byte) (block.get(at) ^ 1 << bit));
                assertThat(BlockContent.wrongBytes(5, block)).as(at + "." + bit).isOne();
                block.put(at, (byte) (block.get(at) ^ 1 << bit));
            }
        }
    }

    @Test
    void countsAsManyBytesAsAreWrong() {
        long seed = 11;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 100; round++) {
            var block = block(round, 1000);
            Set<Integer> places = new HashSet<>();
            for (int i = random.nextInt(1000); i > 0; i--) {
                int at = random.nextInt(1000);
                if (places.add(at)) {
                    block.put(at, (byte) (block.get(at) ^ random.nextInt(1, 256)));
                }
            }
            assertThat(BlockContent.wrongBytes(round, block))
                    .as("seed " + seed + ", round " + round)
                    .isEqualTo(places.size());
        }
    }

    @Test
    void isDifferentForEachIdAndEachPlace() {
        Set<Long> words = new HashSet<>();
        for (long id = 0; id < 100; id++) {
            var longs = block(id, 8000).asLongBuffer();
            while (longs.hasRemaining()) {
                assertThat(words.add(longs.get())).isTrue();
            }
        }
        // What belongs to another block is wrong nearly everywhere.
        assertThat(BlockContent.wrongBytes(1, block(2, 8000))).isGreaterThan(7900);
    }

    @Test
    void cannotBeCompressed() {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.setInput(block(3, 65_536));
        deflater.finish();
        int compressed = deflater.deflate(new byte[70_000]);
        deflater.end();
        assertThat(compressed).isGreaterThan(60_000);
    }

    @Test
    void leavesPositionAndOrderOfTheBufferAlone() {
        var block = ByteBuffer.allocate(64).position(5).limit(40);
        BlockContent.fill(9, block);
        assertThat(block.position()).isEqualTo(5);
        assertThat(Arrays.copyOfRange(block.array(), 40, 64)).containsOnly(0);
        assertThat(BlockContent.wrongBytes(9, block)).isZero();
        assertThat(block.position()).isEqualTo(5);
    }

    private static ByteBuffer block(long id, int length) {
        var block = ByteBuffer.allocateDirect(length);
        BlockContent.fill(id, block);
        return block;
    }
}

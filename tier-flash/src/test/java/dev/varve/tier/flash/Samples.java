package dev.varve.tier.flash;

import dev.varve.bytes.Block;
import dev.varve.bytes.Crc32c;
import dev.varve.testkit.TestSlab;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Pace;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import dev.varve.tier.SegmentTier.Write;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Makes, writes and reads blocks.
final class Samples {
    /// Where blocks come from, since making random bytes takes longer than writing them.
    private static final byte[] CHANCE = new byte[1 << 20];

    static {
        new SplittableRandom(1).nextBytes(CHANCE);
    }

    private final TestSlab slab = TestSlab.of(64 << 20);
    private final SplittableRandom random;
    private long nextId = 1;

    record Sample(BlockInfo info, byte[] bytes) {}

    Samples(long seed) {
        this.random = new SplittableRandom(seed);
    }

    Sample make(int length) {
        var bytes = new byte[length];
        int from = random.nextInt(CHANCE.length - length);
        System.arraycopy(CHANCE, from, bytes, 0, length);
        return new Sample(new BlockInfo(nextId++, length, Crc32c.of(MemorySegment.ofArray(bytes))),
                bytes);
    }

    /// A block that can be compressed: some random bytes, again and again.
    Sample repetitive(int length) {
        var bytes = make(length).bytes;
        for (int i = 256; i < length; i++) {
            bytes[i] = bytes[i - 256];
        }
        return new Sample(new BlockInfo(nextId++, length, Crc32c.of(MemorySegment.ofArray(bytes))),
                bytes);
    }

    List<Sample> make(int... lengths) {
        List<Sample> samples = new ArrayList<>();
        for (int length : lengths) {
            samples.add(make(length));
        }
        return samples;
    }

    List<Place> write(SegmentTier tier, Purpose purpose, List<Sample> samples) {
        return write(tier, purpose, samples, Pace.FULL);
    }

    List<Place> write(SegmentTier tier, Purpose purpose, List<Sample> samples, Pace pace) {
        List<Write> writes = new ArrayList<>();
        try {
            for (Sample sample : samples) {
                Block block = slab.allocate(sample.bytes().length).orElseThrow();
                writes.add(new Write(sample.info(), block));
                block.copyIn(0, MemorySegment.ofArray(sample.bytes()));
            }
            return tier.write(purpose, writes, pace);
        } finally {
            writes.forEach(write -> write.block().close());
        }
    }

    byte[] read(SegmentTier tier, Place place, BlockInfo info) {
        try (Block block = slab.allocate(info.lengthBytes()).orElseThrow()) {
            tier.read(place, info, block);
            var bytes = MemorySegment.ofArray(new byte[info.lengthBytes()]);
            block.copyOut(0, bytes);
            return bytes.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    void assertNoLeases() {
        slab.assertNoLeases();
    }
}

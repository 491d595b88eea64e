package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.EngineStatus.PrefetchStatus;
import dev.varve.policy.AutoPolicy;
import dev.varve.policy.EpochPolicy;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.LruPolicy;
import dev.varve.policy.Rival;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A data loader reads blocks that lie on flash, each once an epoch, in another order each time.
/// Memory is for a quarter of them.
final class EpochReadAheadTest {
    private static final int BLOCK = 64 << 10;
    private static final int MEMORY = 8 << 20;
    private static final int OBJECTS = 512;
    private static final int EPOCHS = 9;
    /// Those in which the figures are taken come after these.
    private static final int WARM_UP = 6;

    @Test
    void anEpochFindsTwiceItsShareInMemoryAndReadsNoMoreOfFlash() {
        try (var with = rig(EpochReadAheadTest::auto, true);
                var without = rig(EpochReadAheadTest::auto, false);
                var lru = rig(_ -> new LruPolicy(), false)) {
            var ahead = read(with, with.durable(), OBJECTS, EPOCHS);
            var behind = read(without, without.durable(), OBJECTS, EPOCHS);
            assertThat(behind.found).isBetween(0.17, 0.25);
            assertThat(read(lru, lru.durable(), OBJECTS, EPOCHS).found).isLessThan(0.05);
            assertThat(ahead.found).isGreaterThan(1.8 * behind.found);
            assertThat(ahead.fromFlash - behind.fromFlash).isLessThan(0.05);
            var status = of(with);
            assertThat(status.unreadBytes()).isLessThan(status.usefulBytes() / 10);
            assertThat(status.allowanceBytes()).isEqualTo(MEMORY / 2);
        }
    }

    @Test
    void valuesOfACacheComeUpAsWell() {
        try (var rig = rig(EpochReadAheadTest::auto, true)) {
            assertThat(read(rig, rig.cache(), OBJECTS, EPOCHS).found).isGreaterThan(0.35);
            assertThat(of(rig).usefulBytes()).isPositive();
        }
    }

    /// Each is read in two requests. Whether `auto` prefers the policy then is a close call.
    @Test
    void blocksOfLargeObjectsComeUp() {
        try (var rig = rig(_ -> new EpochPolicy(), true)) {
            int blocks = 8;
            store(rig, rig.durable(), OBJECTS / blocks, blocks * BLOCK);
            var random = new Random(1);
            int found = 0;
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                found = 0;
                for (int at : shuffled(OBJECTS, random)) {
                    found += readBlock(rig, key(at / blocks), at % blocks) ? 1 : 0;
                    readBlock(rig, key(at / blocks), at % blocks);
                }
            }
            assertThat(found).isGreaterThan(OBJECTS * 35 / 100);
            assertThat(of(rig).usefulBytes()).isPositive();
        }
    }

    @Test
    void readersAtRandomAreNotReadAhead() {
        try (var rig = rig(EpochReadAheadTest::auto, true)) {
            store(rig, rig.durable(), OBJECTS, BLOCK);
            var random = new Random(1);
            for (int i = 0; i < 4 * OBJECTS; i++) {
                readBlock(rig, key(random.nextInt(OBJECTS)), 0);
            }
            assertThat(of(rig).broughtUpBytes()).isZero();
        }
    }

    @Test
    void endsWithTheEpochs() {
        try (var rig = rig(EpochReadAheadTest::auto, true)) {
            read(rig, rig.durable(), OBJECTS, EPOCHS);
            var random = new Random(1);
            for (int i = 0; i < OBJECTS; i++) {
                readBlock(rig, key(random.nextInt(OBJECTS)), 0);
            }
            long broughtUp = of(rig).broughtUpBytes();
            for (int i = 0; i < OBJECTS; i++) {
                readBlock(rig, key(random.nextInt(OBJECTS)), 0);
            }
            assertThat(of(rig).broughtUpBytes()).isEqualTo(broughtUp);
        }
    }

    @Test
    void forgetsWhatNobodyReadsAnyMore() {
        try (var rig = rig(EpochReadAheadTest::auto, true)) {
            read(rig, rig.durable(), OBJECTS, 2);
            assertThat(rig.engine.epochs().known()).isEqualTo(OBJECTS);
            for (int hour = 0; hour < 3; hour++) {
                rig.clock.advance(Duration.ofMinutes(61));
                rig.tasks.stepAll();
            }
            assertThat(rig.engine.epochs().known()).isZero();
        }
    }

    /// @param found     of the last epochs' reads, those whose block was in memory
    /// @param fromFlash blocks that flash gave, for each of these reads
    private record Outcome(double found, double fromFlash) {}

    /// With shadows as large as memory.
    private static EvictionPolicy auto(long bytes) {
        return new AutoPolicy(Rival.all(1), bytes, AutoPolicy.Tuning.forSample(4096));
    }

    private static EngineRig rig(LongFunction<EvictionPolicy> policy, boolean ahead) {
        return new EngineRig(3, 128 << 20, EngineRig.SETTINGS.readingAhead(ahead), MEMORY, policy);
    }

    private static Outcome read(EngineRig rig, Bucket bucket, int objects, int epochs) {
        store(rig, bucket, objects, BLOCK);
        var random = new Random(1);
        long memory = 0;
        long flash = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            if (epoch == WARM_UP) {
                memory = rig.engine.status().reads().memoryBlocks();
                flash = rig.engine.status().reads().flashBlocks();
            }
            for (int at : shuffled(objects, random)) {
                assertThat(bucket.get(key(at))).as("object %d", at).isPresent();
                step(rig);
            }
        }
        double reads = Math.max(1, objects * (epochs - WARM_UP));
        var now = rig.engine.status().reads();
        return new Outcome((now.memoryBlocks() - memory) / reads,
                (now.flashBlocks() - flash) / reads);
    }

    private static void store(EngineRig rig, Bucket bucket, int objects, int bytes) {
        for (int i = 0; i < objects; i++) {
            var content = new byte[bytes];
            new Random(i).nextBytes(content);
            bucket.put(key(i), content);
            rig.tasks.stepAll();
        }
    }

    /// @return whether it was in memory
    private static boolean readBlock(EngineRig rig, ObjectKey key, int number) {
        try (var reader = rig.durable().open(key).orElseThrow()) {
            boolean found = rig.engine.residency()
                    .isResident(((OpenObject) reader).block(number).id());
            reader.read(number).close();
            step(rig);
            return found;
        }
    }

    private static void step(EngineRig rig) {
        for (int i = 0; i < 3; i++) {
            rig.tasks.stepAll();
        }
    }

    private static List<Integer> shuffled(int count, Random random) {
        var order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(order, random);
        return order;
    }

    private static ObjectKey key(int number) {
        return ObjectKey.of("sample-" + number);
    }

    private static PrefetchStatus of(EngineRig rig) {
        return rig.engine.status()
                .prefetch()
                .stream()
                .filter(status -> status.kind() == PrefetchKind.EPOCH)
                .findFirst()
                .orElseThrow();
    }
}

package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.bytes.BuddySlab;
import dev.varve.policy.LruPolicy;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.ManualTasks;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.tier.SegmentTier.Segment;
import dev.varve.tier.flash.FlashSettings;
import dev.varve.tier.flash.FlashTier;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ReclamationTest {
    private static final int VALUE_BYTES = 64 << 10;

    /// A copy is on flash a moment before the catalog names it. Others may run out of space in that
    /// moment.
    @Test
    void dropsNoSegmentUnderACopyThatTheCatalogIsAboutToName() {
        var clock = new ManualClock();
        var tasks = new ManualTasks();
        var flash = FlashTier.open(new SimulatedDisk(1), new FlashSettings(8 << 20, 1 << 20, 4),
                clock, new SplittableRandom(1));
        var catalog = new SimulatedCatalog();
        var shortOfSpace = new AtomicReference<>(Optional.<TieredEngine>empty());
        var evictions = new AtomicInteger();
        var points = new KillPoints(() -> {
            // Reclaiming commits as well.
            var engine = shortOfSpace.getAndSet(Optional.empty());
            while (engine.isPresent() && engine.get().reclamation().freeSome()) {
                evictions.incrementAndGet();
            }
            shortOfSpace.set(engine);
        });
        try (var slab = BuddySlab.open(1 << 20);
                var engine = TieredEngine.open(new TieredEngine.Parts(points.around(catalog), flash,
                        slab, _ -> new LruPolicy(), clock, tasks), EngineRig.SETTINGS)) {
            var bucket = engine.openBucket("c", BucketClass.CACHE);
            shortOfSpace.set(Optional.of(engine));
            for (int i = 0; i < 64; i++) {
                bucket.put(ObjectKey.of("key-" + i), new byte[VALUE_BYTES]);
                tasks.stepAll();
            }
            shortOfSpace.set(Optional.empty());
            assertThat(evictions.get()).isPositive();
            var segments = flash.segments()
                    .stream()
                    .map(Segment::number)
                    .collect(Collectors.toSet());
            try (var blocks = catalog.allBlocks()) {
                for (var next = blocks.next(); next.isPresent(); next = blocks.next()) {
                    assertThat(segments).contains(next.get().place().segment());
                }
            }
        }
    }
}

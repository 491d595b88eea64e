package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.varve.bytes.BuddySlab;
import dev.varve.engine.Catalog.BucketRecord;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.engine.EngineStatus.PlacementStatus;
import dev.varve.engine.LiveObject.State;
import dev.varve.engine.Residency.Resident;
import dev.varve.policy.AutoPolicy;
import dev.varve.policy.AutoPolicy.Tuning;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.Partition;
import dev.varve.policy.Rival;
import dev.varve.policy.S3FifoPolicy;
import dev.varve.tier.BlockInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryEvictionTest {
    private static final int BLOCK_BYTES = 4096;

    private final BuddySlab slab = BuddySlab.open(1 << 20);
    private final BucketState bucket = new BucketState(
            new BucketRecord(1, "cache", BucketClass.CACHE, 0));
    private final BucketState other = new BucketState(
            new BucketRecord(2, "other", BucketClass.CACHE, 0));
    private long lastId;

    @AfterEach
    void close() {
        slab.close();
    }

    /// S3-FIFO puts a block whose ghost it remembers among those that have proved themselves.
    @Test
    void recognisesABlockThatComesBackWithAnotherId() {
        var eviction = new MemoryEviction(
                slab, _ -> new S3FifoPolicy(10 * BLOCK_BYTES), division());
        var first = block("a");
        eviction.inserted(first);
        eviction.inserted(block("b"));
        assertThat(eviction.victim()).isEqualTo(first.info().id());
        var again = block("a");
        var third = block("c");
        eviction.inserted(again);
        eviction.inserted(third);
        assertThat(again.info().id()).isNotEqualTo(first.info().id());
        assertThat(List.of(eviction.victim(), eviction.victim())).contains(third.info().id())
                .doesNotContain(again.info().id());
    }

    @Test
    void namesTheNewVersionOfABlockWhoseOldOneIsStillThere() {
        var eviction = new MemoryEviction(slab, S3FifoPolicy::new, division());
        var before = block("a");
        var after = block("a");
        eviction.inserted(before);
        eviction.inserted(after);
        eviction.removed(before);
        assertThat(eviction.victim()).isEqualTo(after.info().id());
        assertThat(eviction.victim()).isEqualTo(EvictionPolicy.NONE);
    }

    /// No two keys here have one name, so that the names of one object stand for it: its blocks
    /// have the numbers that another's had.
    @Test
    void keepsBlocksApartThatHaveOneName() {
        var eviction = new MemoryEviction(slab, S3FifoPolicy::new, division());
        var one = block("a");
        var passed = new Resident(one.info(), slab.allocate(1).orElseThrow(),
                owner("b", List.of(one.info())));
        eviction.inserted(one);
        eviction.passed(one, passed);
        var other = block("a");
        eviction.inserted(other);
        eviction.accessed(other);
        assertThat(List.of(eviction.victim(), eviction.victim())).containsExactlyInAnyOrder(
                one.info().id(), other.info().id());
        assertThat(eviction.victim()).isEqualTo(EvictionPolicy.NONE);
        eviction.spared(other);
        eviction.removed(passed);
        assertThat(eviction.victim()).isEqualTo(other.info().id());
    }

    @Test
    void namesTheBlocksOfAnObjectApart() {
        var infos = IntStream.range(0, 3)
                .mapToObj(i -> new BlockInfo(++lastId, BLOCK_BYTES, 0))
                .toList();
        var owner = owner("a", infos);
        assertThat(infos.stream().map(info -> BlockNames.of(owner, info)).distinct()).hasSize(3);
        var later = infos.stream()
                .map(info -> new BlockInfo(info.id() + 100, BLOCK_BYTES, 0))
                .toList();
        assertThat(BlockNames.of(owner("a", later), later.get(1)))
                .isEqualTo(BlockNames.of(owner, infos.get(1)));
    }

    @Test
    void tellsHowItDecides() {
        var eviction = auto();
        var ids = new ArrayList<Long>();
        for (int i = 0; i < 100; i++) {
            var block = block("key" + i);
            eviction.inserted(block);
            eviction.accessed(block);
            ids.add(block.info().id());
        }
        var status = eviction.placement(List.of(bucket, other)).getFirst();
        assertThat(status.memoryBytes()).isEqualTo(100 * BLOCK_BYTES);
        assertThat(status.report().hitRatio()).isCloseTo(.5, within(.01));
        assertThat(status.buckets()).containsExactly("cache");
        assertThat(status.own()).isFalse();
        var victims = new ArrayList<Long>();
        for (long id; (id = eviction.victim()) != EvictionPolicy.NONE;) {
            victims.add(id);
        }
        assertThat(victims).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void decidesForEachOfTheBucketsThatAreUsed() {
        var eviction = auto();
        var bytes = slab.allocate(1).orElseThrow();
        for (int i = 0; i < 6000; i++) {
            var info = new BlockInfo(++lastId, BLOCK_BYTES, 0);
            var block = new Resident(info, bytes,
                    owner(i % 3 == 0 ? other : bucket, "key" + i, List.of(info)));
            eviction.inserted(block);
            eviction.accessed(block);
            if (i >= 100) {
                eviction.victim();
            }
        }
        var placement = eviction.placement(List.of(bucket, other));
        assertThat(placement).extracting(PlacementStatus::own).containsExactly(false, true);
        assertThat(placement.getFirst().buckets()).contains("cache");
        assertThat(placement.getLast().buckets()).containsExactly("other");
        assertThat(placement.stream().mapToLong(PlacementStatus::memoryBytes).sum())
                .isEqualTo(100 * BLOCK_BYTES);
    }

    private MemoryEviction auto() {
        return new MemoryEviction(slab, capacity -> new Partition(
                bytes -> new AutoPolicy(Rival.all(1), bytes, Tuning.forCapacity(bytes)), capacity),
                division());
    }

    private Division division() {
        return new Division(List.of(), slab.capacityBytes(), 1 << 20, List.of());
    }

    private Resident block(String key) {
        var info = new BlockInfo(++lastId, BLOCK_BYTES, 0);
        return new Resident(info, slab.allocate(1).orElseThrow(), owner(key, List.of(info)));
    }

    private LiveObject owner(String key, List<BlockInfo> blocks) {
        return owner(bucket, key, blocks);
    }

    private static LiveObject owner(BucketState bucket, String key, List<BlockInfo> blocks) {
        var info = new ObjectInfo(ObjectKey.of(key), BLOCK_BYTES, 1, 0,
                new ObjectAttributes(ObjectAttributes.NEVER, Map.of()));
        return new LiveObject(bucket, new StoredObject(info, blocks), State.FRESH);
    }
}

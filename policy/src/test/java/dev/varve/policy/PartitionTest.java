package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.varve.policy.AutoPolicy.Tuning;
import dev.varve.policy.Rival.Suits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PartitionTest implements ReferencedPolicyContract {
    private static final Rival LRU = new Rival("lru", Suits.ANY, _ -> new LruPolicy());
    private static final Rival S3_FIFO = new Rival("s3-fifo", Suits.ANY, S3FifoPolicy::new);
    private static final Rival MRU = new Rival("mru", Suits.ANY, _ -> new MruPolicy());

    @Override
    public EvictionPolicy policy() {
        return partition(1000);
    }

    /// One group alone is decided about as without a partition.
    @Override
    public EvictionPolicy reference() {
        return auto(1000);
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((Partition) policy).consistent();
    }

    @Test
    void tellsGroupsApartByTheirLowestBits() {
        assertThat(Partition.group(1025)).isEqualTo(1);
        assertThat(Partition.id(1025, 1 << 10)).isEqualTo(Partition.id(1, 1 << 10))
                .isNotEqualTo(Partition.id(2, 1 << 10));
    }

    @Test
    void givesAPartToWhatIsUsedMuchOnly() {
        var partition = partition(1000);
        run(partition, 20_000, random -> id(random.nextInt(40) == 0 ? 2 : 1, random.nextInt(3000)));
        assertThat(partition.status()).singleElement()
                .satisfies(all -> assertThat(all.groups()).containsExactlyInAnyOrder(1, 2))
                .satisfies(all -> assertThat(all.isOwn()).isFalse());
        run(partition, 20_000, random -> id(random.nextInt(4) == 0 ? 2 : 1, random.nextInt(3000)));
        assertThat(partition.status()).hasSize(2);
        assertThat(partition.status().getLast().groups()).containsExactly(2);
    }

    @Test
    void hasNoMoreThanNineParts() {
        var partition = partition(1000);
        run(partition, 50_000, random -> id(random.nextInt(14), random.nextInt(300)));
        assertThat(partition.status()).hasSize(9);
        assertThat(partition.status().getFirst().groups()).hasSize(6);
    }

    @Test
    void givesUpThePartOfAGroupThatIsDeleted() {
        var partition = partition(1000);
        run(partition, 10_000, random -> id(random.nextInt(5) < 3 ? 1 : 2, random.nextInt(3000)));
        assertThat(partition.status().getLast().groups()).containsExactly(2);
        for (int group = 1; group <= 2; group++) {
            for (int i = 0; i < 3000; i++) {
                partition.removed(id(group, i));
            }
        }
        assertThat(partition.count()).isZero();
        run(partition, 100_000, _ -> id(3, 1));
        assertThat(partition.status()).noneMatch(part -> part.groups().contains(2));
        assertThat(partition.consistent()).isTrue();
    }

    /// What is scanned has no use for memory, however often it is asked for.
    @Test
    void takesMemoryFromWhatIsScanned() {
        var partition = partition(1000);
        var scanned = new long[1];
        run(partition, 100_000, random -> random.nextBoolean()
                ? id(1, skewed(random, 3000))
                : id(2, ++scanned[0]));
        long bytes = partition.status()
                .stream()
                .filter(part -> part.groups().contains(2))
                .mapToLong(Partition.Status::bytes)
                .sum();
        assertThat(bytes).isLessThan(100);
    }

    /// Though the first of the memory that it gets brings it nothing, under LRU.
    @Test
    void givesALoopThatDoesNotFitWhatItNeeds() {
        var partition = new Partition(bytes -> new AutoPolicy(
                List.of(LRU), bytes, Tuning.forSample(4096)), 1000);
        var at = new long[1];
        int all = 200_000;
        double hits = run(partition, all, random -> random.nextInt(10) < 6
                ? id(1, at[0]++ % 700)
                : id(2, random.nextInt(10_000)));
        assertThat(hits / all).isGreaterThan(.45);
    }

    /// As of [AutoPolicy]: what it holds is what it was told of, while groups come and go.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void losesNoBlockAndNamesNoneTwice(long seed) {
        var random = new SplittableRandom(seed);
        var partition = partition(20_000);
        Map<Long, Long> present = new HashMap<>();
        long bytes = 0;
        long gone = 0;
        int most = 0;
        for (int step = 0; step < 100_000; step++) {
            String at = "seed " + seed + ", step " + step;
            int group = step / 10_000 + random.nextInt(1 + step / 20_000);
            long id = id(group, random.nextInt(1000));
            int what = random.nextInt(100);
            var size = present.get(id);
            if (what < 2) {
                partition.removed(id);
                present.remove(id);
                bytes -= size == null ? 0 : size;
            } else if (what < 4 && gone != 0 && !present.containsKey(gone)) {
                partition.spared(gone, 10);
                present.put(gone, 10L);
                bytes += 10;
            } else if (size != null) {
                partition.accessed(id);
            } else {
                long sizeBytes = random.nextInt(100);
                if (random.nextBoolean()) {
                    partition.expected(id, sizeBytes);
                }
                while (bytes + sizeBytes > 20_000) {
                    gone = partition.victim();
                    assertThat(present).as(at).containsKey(gone);
                    bytes -= Objects.requireNonNull(present.remove(gone));
                }
                partition.inserted(id, sizeBytes);
                present.put(id, sizeBytes);
                bytes += sizeBytes;
            }
            assertThat(partition.count()).as(at).isEqualTo(present.size());
            assertThat(partition.bytes()).as(at).isEqualTo(bytes);
            if (step % 1000 == 0) {
                assertThat(partition.consistent()).as(at).isTrue();
                most = Math.max(most, partition.status().size());
            }
        }
        assertThat(most).as("seed %d", seed).isGreaterThan(3);
        assertThat(present.keySet()).allMatch(partition::contains);
        for (long id; (id = partition.victim()) != EvictionPolicy.NONE;) {
            assertThat(present.remove(id)).as("seed %d, block %d", seed, id).isNotNull();
        }
        assertThat(present).isEmpty();
    }

    @Test
    void rejectsNoCapacity() {
        assertThatIllegalArgumentException().isThrownBy(() -> partition(0));
    }

    private interface References {
        long next(SplittableRandom random);
    }

    /// @return hits, of blocks of one byte
    private static double run(EvictionPolicy policy, int count, References references) {
        var cache = new PolicyCache(policy, 1000);
        var random = new SplittableRandom(5);
        int hits = 0;
        for (int i = 0; i < count; i++) {
            hits += cache.reference(references.next(random), 1) ? 1 : 0;
        }
        return hits;
    }

    private static long skewed(SplittableRandom random, int range) {
        double u = random.nextDouble();
        return (long) (u * u * u * range);
    }

    private static long id(int group, long block) {
        return Partition.id(group, (block + 1) << 10);
    }

    private static Partition partition(long capacityBytes) {
        return new Partition(PartitionTest::auto, capacityBytes);
    }

    private static AutoPolicy auto(long capacityBytes) {
        return new AutoPolicy(List.of(LRU, S3_FIFO, MRU), capacityBytes, Tuning.forSample(4096));
    }
}

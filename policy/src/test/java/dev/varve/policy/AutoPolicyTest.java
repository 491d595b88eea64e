package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.varve.policy.AutoPolicy.Tuning;
import dev.varve.policy.Rival.Suits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AutoPolicyTest implements ReferencedPolicyContract {
    private static final Rival LRU = new Rival("lru", Suits.ANY, _ -> new LruPolicy());
    private static final Rival MRU = new Rival("mru", Suits.ANY, _ -> new MruPolicy());
    private static final Rival S3_FIFO = new Rival("s3-fifo", Suits.ANY, S3FifoPolicy::new);

    @Override
    public EvictionPolicy policy() {
        return auto(List.of(LRU, S3_FIFO, MRU), 1000, 4096);
    }

    /// There is no simpler way to say what it decides; that it decides alike twice is still worth
    /// knowing.
    @Override
    public EvictionPolicy reference() {
        return policy();
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((AutoPolicy) policy).consistent();
    }

    @ParameterizedTest
    @CsvSource({"100, 4096", "4000, 256"})
    void reachesWhatTheBestRivalReachesInALoop(int capacity, int sampleBlocks) {
        var auto = auto(List.of(LRU, MRU), capacity, sampleBlocks);
        var cache = new PolicyCache(auto, capacity);
        var alone = new PolicyCache(new MruPolicy(), capacity);
        long hits = 0;
        long best = 0;
        int rounds = 40;
        for (int i = 0; i < rounds * capacity; i++) {
            long id = 1L + i % (capacity * 3 / 2);
            hits += cache.reference(id, 1) ? 1 : 0;
            best += alone.reference(id, 1) ? 1 : 0;
        }
        assertThat(best).isGreaterThan(rounds * capacity / 2);
        assertThat(hits).isGreaterThan(best * 8 / 10);
        assertThat(auto.report().active()).isEqualTo("mru");
    }

    @Test
    void changesItsMindWhenTheTrafficDoes() {
        var auto = auto(List.of(LRU, MRU), 100, 4096);
        var cache = new PolicyCache(auto, 100);
        var random = new SplittableRandom(3);
        for (int i = 0; i < 5000; i++) {
            cache.reference(1 + i % 150, 1);
        }
        assertThat(auto.report().active()).isEqualTo("mru");
        for (int i = 0; i < 20_000; i++) {
            cache.reference(1 + i / 10 + random.nextInt(80), 1);
        }
        assertThat(auto.report().active()).isEqualTo("lru");
        assertThat(auto.report().changes()).isGreaterThanOrEqualTo(2);
        assertThat(auto.report().regret()).isLessThan(.05);
    }

    /// Popularity falls off by a power, sizes are anything from 1 to 512, and the cache has room
    /// for a tenth of the bytes.
    @Test
    void keepsWhatIsSmallForItsPopularityWhereSizesDiffer() {
        int ids = 20_000;
        long[] sizes = new SplittableRandom(7).ints(ids, 0, 10).mapToLong(it -> 1L << it).toArray();
        long capacity = LongStream.of(sizes).sum() / 10;
        int requests = 400_000;
        var hits = new HashMap<String, Integer>();
        var candidates = new ArrayList<>(Rival.all(1));
        candidates.add(new Rival("auto", Suits.ANY, bytes -> auto(Rival.all(1), bytes, 4096)));
        for (var candidate : candidates) {
            var cache = new PolicyCache(candidate.policy().apply(capacity), capacity);
            var random = new SplittableRandom(8);
            for (int i = 0; i < requests; i++) {
                int id = (int) (ids * Math.pow(random.nextDouble(), 3));
                boolean counts = cache.reference(id + 1, sizes[id]) && i > requests / 2;
                hits.merge(candidate.name(), counts ? 1 : 0, Integer::sum);
            }
        }
        int auto = Objects.requireNonNull(hits.remove("auto"));
        int best = Objects.requireNonNull(hits.remove("learned"));
        assertThat(auto).isGreaterThan(best - requests / 2 / 100);
        assertThat(hits.values()).allSatisfy(others -> assertThat(others).isLessThan(auto));
    }

    @Test
    void tellsHowItWouldHaveGone() {
        var auto = auto(List.of(LRU, MRU), 100, 4096);
        var cache = new PolicyCache(auto, 100);
        for (int i = 0; i < 30_000; i++) {
            cache.reference(1 + i % 150, 1);
        }
        var report = auto.report();
        assertThat(report.rate()).isEqualTo(1);
        assertThat(report.standings().get(0).hitRatio()).isZero();
        assertThat(report.standings().get(1).hitRatio()).isCloseTo(.66, within(.02));
        assertThat(report.hitRatio()).isCloseTo(.66, within(.02));
        assertThat(report.curve()).extracting(AutoPolicy.Point::factor)
                .containsExactly(.25, .5, 1.0, 2.0, 4.0);
        assertThat(report.curve().get(1).hitRatio()).isCloseTo(.33, within(.02));
        assertThat(report.curve().get(3).hitRatio()).isCloseTo(1, within(.01));
    }

    /// What a sample of a sixteenth says of a cache, and what the cache itself says.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void judgesByASampleWhereTheCacheIsLarge(long seed) {
        var auto = auto(List.of(S3_FIFO), 20_000, 2000);
        var cache = new PolicyCache(auto, 20_000);
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 1_000_000; i++) {
            double u = random.nextDouble();
            cache.reference(1 + (long) (u * u * u * 200_000), 1);
        }
        var report = auto.report();
        assertThat(report.rate()).isEqualTo(1 / 16.0);
        assertThat(report.standings().getFirst().hitRatio()).as("seed %d", seed)
                .isCloseTo(report.hitRatio(), within(.02));
    }

    /// Blocks of many sizes come, are read, leave, are deleted and spared, while policies change
    /// and the sample shrinks: what the policy holds is what it was told of.
    @ParameterizedTest
    @CsvSource({"1, 4096", "2, 4096", "3, 32", "4, 32", "5, 500", "6, 8"})
    void losesNoBlockAndNamesNoneTwice(long seed, int sampleBlocks) {
        var random = new SplittableRandom(seed);
        var auto = new AutoPolicy(List.of(LRU, MRU, S3_FIFO), 100_000,
                new Tuning(sampleBlocks, 0, 0));
        Map<Long, Long> present = new HashMap<>();
        long bytes = 0;
        long gone = 0;
        for (int step = 0; step < 100_000; step++) {
            String at = "seed " + seed + ", step " + step;
            long id = 1L + (step / 1000 % 2 == 0 ? step % 3000 : random.nextInt(3000));
            int what = random.nextInt(100);
            var size = present.get(id);
            if (what < 2) {
                auto.removed(id);
                present.remove(id);
                bytes -= size == null ? 0 : size;
            } else if (what < 4 && gone != 0 && !present.containsKey(gone)) {
                auto.spared(gone, 10);
                present.put(gone, 10L);
                bytes += 10;
            } else if (size != null) {
                auto.accessed(id);
            } else {
                long sizeBytes = random.nextInt(100);
                if (random.nextBoolean()) {
                    auto.expected(id, sizeBytes);
                }
                while (bytes + sizeBytes > 100_000) {
                    gone = auto.victim();
                    assertThat(present).as(at).containsKey(gone);
                    bytes -= Objects.requireNonNull(present.remove(gone));
                }
                auto.inserted(id, sizeBytes);
                present.put(id, sizeBytes);
                bytes += sizeBytes;
            }
            assertThat(auto.count()).as(at).isEqualTo(present.size());
            assertThat(auto.bytes()).as(at).isEqualTo(bytes);
        }
        assertThat(auto.report().changes()).as("seed %d", seed).isGreaterThan(2);
        assertThat(present.keySet()).allMatch(auto::contains);
        assertThat(auto.consistent()).isTrue();
        for (long id; (id = auto.victim()) != EvictionPolicy.NONE;) {
            assertThat(present.remove(id)).as("seed %d, block %d", seed, id).isNotNull();
        }
        assertThat(present).isEmpty();
    }

    /// A change of policy in the middle of 100,000 blocks shows in no single call.
    @Test
    void doesLittleInEachCall() {
        var calls = new long[1];
        LongFunction<EvictionPolicy> lru = _ -> new Counting(new LruPolicy(), calls);
        LongFunction<EvictionPolicy> mru = _ -> new Counting(new MruPolicy(), calls);
        int capacity = 100_000;
        var rivals = List.of(
                new Rival("lru", Suits.ANY, lru), new Rival("mru", Suits.ANY, mru));
        var auto = auto(rivals, capacity, 1024);
        var cache = new PolicyCache(auto, capacity);
        long most = 0;
        for (int i = 0; i < 20 * capacity; i++) {
            calls[0] = 0;
            cache.reference(1 + i % (capacity * 3 / 2), 1);
            most = Math.max(most, calls[0]);
        }
        assertThat(auto.report().changes()).isPositive();
        assertThat(most).isLessThan(500);
    }

    /// Of every so-manieth block it is told what the block follows.
    @ParameterizedTest
    @CsvSource({"1, chain", "2, chain", "10, lru"})
    void beginsWithThePolicyForOrderedRequestsWhereTheirOrderIsTold(int each, String active) {
        var ordered = new Rival("chain", Suits.ORDER, ChainPolicy::new);
        var auto = auto(List.of(LRU, ordered), 100, 4096);
        var cache = new PolicyCache(auto, 100);
        for (int i = 1; i <= 100; i++) {
            if (i % each == 0) {
                cache.reference(i, 1, EvictionPolicy.NONE);
            } else {
                cache.reference(i, 1);
            }
        }
        assertThat(auto.report().active()).isEqualTo("lru");
        cache.reference(101, 1);
        assertThat(auto.report().active()).isEqualTo(active);
        assertThat(auto.report().changes()).isZero();
    }

    @Test
    void beginsWithThePolicyForVarietyWhereSizesDiffer() {
        var sized = new Rival("learned", Suits.VARIETY, bytes -> new LearnedPolicy(bytes, 1));
        var alike = auto(List.of(LRU, sized), 100, 4096);
        var different = auto(List.of(LRU, sized), 100, 4096);
        for (int i = 1; i <= 20; i++) {
            alike.inserted(i, 2 + i % 3);
            different.inserted(i, i % 10 == 0 ? 40 : 1);
        }
        assertThat(different.report().active()).isEqualTo("lru");
        alike.victim();
        different.victim();
        assertThat(alike.report().active()).isEqualTo("lru");
        assertThat(different.report().active()).isEqualTo("learned");
        assertThat(different.report().changes()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1000, lru", "5000, learned"})
    void beginsWithThePolicyForVarietyWhereBlocksAreMany(int blocks, String active) {
        var learned = new Rival("learned", Suits.VARIETY, bytes -> new LearnedPolicy(bytes, 1));
        var auto = auto(List.of(LRU, learned), blocks, 65_536);
        var cache = new PolicyCache(auto, blocks);
        for (int i = 1; i <= blocks + 1; i++) {
            cache.reference(i, 1);
        }
        assertThat(auto.report().active()).isEqualTo(active);
    }

    @Test
    void letsARivalLeadThatIsSureUntilItIsNot() {
        var epoch = new Rival("epoch", Suits.ANY, _ -> new EpochPolicy());
        var auto = auto(List.of(LRU, epoch, S3_FIFO), 100, 4096);
        var cache = new PolicyCache(auto, 100);
        var random = new Random(4);
        for (int i = 0; i < 4; i++) {
            shuffled(400, random).forEach(id -> cache.reference(id, 1));
        }
        assertThat(auto.report().active()).isEqualTo("epoch");
        assertThat(auto.report().changes()).isOne();
        for (int i = 0; i < 300; i++) {
            cache.reference(1 + random.nextInt(400), 1);
        }
        assertThat(auto.report().active()).isEqualTo("lru");
        assertThat(auto.report().changes()).isEqualTo(2);
    }

    /// In a loop, MRU finds as much as can be found.
    @Test
    void aRivalThatIsSureOfNoMoreThanIsFoundDoesNotLead() {
        var epoch = new Rival("epoch", Suits.ANY, _ -> new EpochPolicy());
        var auto = auto(List.of(MRU, epoch), 100, 4096);
        var cache = new PolicyCache(auto, 100);
        for (int i = 0; i < 20_000; i++) {
            cache.reference(1 + i % 400, 1);
        }
        assertThat(auto.report().active()).isEqualTo("mru");
        assertThat(auto.report().changes()).isZero();
    }

    @Test
    void aRivalThatIsSureAndWrongLosesTheLead() {
        var wrong = new Rival("wrong", Suits.ANY, _ -> new Sure(new MruPolicy()));
        var auto = auto(List.of(LRU, wrong), 100, 4096);
        var cache = new PolicyCache(auto, 100);
        var random = new SplittableRandom(3);
        for (int i = 0; i < 320; i++) {
            cache.reference(1 + i, 1);
        }
        assertThat(auto.report().active()).isEqualTo("wrong");
        for (int i = 0; i < 20_000; i++) {
            cache.reference(1 + i / 10 + random.nextInt(80), 1);
        }
        assertThat(auto.report().active()).isEqualTo("lru");
        assertThat(auto.report().changes()).isEqualTo(2);
    }

    @Test
    void doesNotKeepForEverWhatWasSparedOnce() {
        var auto = auto(List.of(LRU), 10, 64);
        for (int i = 1; i <= 10; i++) {
            auto.inserted(i, 1);
        }
        for (int i = 0; i < 5; i++) {
            auto.spared(auto.victim(), 1);
        }
        for (int i = 11; i <= 40; i++) {
            auto.victim();
            auto.inserted(i, 1);
        }
        assertThat(LongStream.rangeClosed(1, 10).filter(auto::contains).count()).isZero();
    }

    @Test
    void rejectsNoRivalsAndNoCapacity() {
        assertThatIllegalArgumentException().isThrownBy(() -> auto(List.of(), 1000, 64));
        assertThatIllegalArgumentException().isThrownBy(() -> auto(List.of(LRU), 0, 64));
    }

    private static List<Long> shuffled(int blocks, Random random) {
        var order = new ArrayList<>(LongStream.rangeClosed(1, blocks).boxed().toList());
        Collections.shuffle(order, random);
        return order;
    }

    private static AutoPolicy auto(List<Rival> rivals, long capacityBytes, int sampleBlocks) {
        return new AutoPolicy(rivals, capacityBytes, Tuning.forSample(sampleBlocks));
    }
}

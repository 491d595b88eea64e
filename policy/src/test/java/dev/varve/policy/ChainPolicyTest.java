package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChainPolicyTest implements EvictionPolicyContract {
    private static final long LAST = 1 << 16;

    @Override
    public EvictionPolicy policy() {
        return new ChainPolicy(1000);
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((ChainPolicy) policy).consistent();
    }

    @Test
    void rejectsACapacityBelowOneByte() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ChainPolicy(0));
    }

    @Test
    void evictsWhatFollowsBeforeWhatItFollows() {
        var policy = new ChainPolicy(1000);
        insert(policy, 1, 2, 3, 4);
        assertThat(victims(policy)).containsExactly(4L, 3L, 2L, 1L);
    }

    @Test
    void evictsTheOlderOfTwoEqualRequestsFirst() {
        var policy = new ChainPolicy(1000);
        insert(policy, 1, 2);
        insert(policy, 3, 4);
        assertThat(victims(policy)).containsExactly(2L, 1L, 4L, 3L);
    }

    @Test
    void tellsRequestsApartThatComeAtOnce() {
        var policy = new ChainPolicy(1000);
        insertAfter(policy, 1, EvictionPolicy.NONE);
        insertAfter(policy, 11, EvictionPolicy.NONE);
        insertAfter(policy, 2, 1);
        insertAfter(policy, 12, 11);
        insertAfter(policy, 3, 2);
        insertAfter(policy, 13, 12);
        assertThat(victims(policy)).containsExactly(3L, 2L, 1L, 13L, 12L, 11L);
    }

    @Test
    void decidesAsLruWhereNothingIsKnownOfChainsAndNothingReturned() {
        var policy = new ChainPolicy(1000);
        for (long id = 1; id <= 50; id++) {
            policy.inserted(id, 1);
        }
        assertThat(victims(policy))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 50).boxed().toList());
    }

    @Test
    void keepsWhatCameBackForLongerThanWhatIsNew() {
        var policy = new ChainPolicy(1000);
        policy.inserted(1, 10);
        assertThat(policy.victim()).isEqualTo(1);
        policy.inserted(1, 10);
        policy.inserted(2, 10);
        assertThat(victims(policy)).containsExactly(2L, 1L);
    }

    @Test
    void doesNotRememberADeletedBlock() {
        var policy = new ChainPolicy(1000);
        policy.inserted(1, 10);
        assertThat(policy.victim()).isEqualTo(1);
        policy.removed(1);
        policy.inserted(1, 10);
        policy.inserted(2, 10);
        assertThat(victims(policy)).containsExactly(1L, 2L);
    }

    @Test
    void remembersNoMoreThanEightBlocksForEachOneAndEightCapacities() {
        var policy = new ChainPolicy(1000);
        for (long id = 1; id <= 100_000; id++) {
            policy.inserted(id, 0);
            if (policy.count() > 10) {
                policy.victim();
            }
        }
        assertThat(policy.remembered()).isBetween(80, 88);
        for (long id = 1; id <= 1000; id++) {
            policy.inserted(-id, 100);
            while (policy.bytes() > 1000) {
                policy.victim();
            }
        }
        assertThat(policy.remembered()).isBetween(70, 80);
    }

    /// Each prompt comes twice, the second time with another last block.
    @Test
    void learnsThatTheLastBlockOfAPromptDoesNotReturn() {
        int capacity = 1000;
        var policy = new ChainPolicy(capacity);
        var cache = new PolicyCache(policy, capacity);
        for (long turn = 101; turn <= 1100; turn++) {
            request(cache, prompt(turn, 5, turn));
            request(cache, prompt(turn - 50, 5, -turn));
        }
        for (long turn = 2000; turn < 2040; turn++) {
            request(cache, prompt(turn, 5, turn));
        }
        // The last sixteen may yet go on.
        Set<Long> lasts = new HashSet<>();
        for (long turn = 2000; turn < 2024; turn++) {
            lasts.add(prompt(turn, 5, turn)[4]);
        }
        while (!lasts.isEmpty()) {
            long victim = policy.victim();
            assertThat(isLast(victim) || victim < 2000L << 20).as("block " + victim).isTrue();
            lasts.remove(victim);
        }
    }

    /// Short prompts return, long ones do not, and there is room for a few of either.
    @Test
    void learnsToLetLongPromptsPass() {
        int capacity = 400;
        int hits = 0;
        int lruHits = 0;
        var cache = new PolicyCache(new ChainPolicy(capacity), capacity);
        var lru = new PolicyCache(new LruPolicy(), capacity);
        for (long turn = 101; turn <= 2100; turn++) {
            long[] passing = prompt(1_000_000 + turn, 100, turn);
            request(cache, passing);
            request(lru, passing);
            request(cache, prompt(turn, 6, turn));
            request(lru, prompt(turn, 6, turn));
            hits += request(cache, prompt(turn - 20, 6, turn - 20));
            lruHits += request(lru, prompt(turn - 20, 6, turn - 20));
        }
        assertThat(lruHits).isZero();
        assertThat(hits).isGreaterThan(2000 * 6 * 8 / 10);
    }

    /// A beginning that all share is asked for between each two requests.
    @Test
    void keepsABeginningThatManyShare() {
        int capacity = 100;
        var cache = new PolicyCache(new ChainPolicy(capacity), capacity);
        int hits = 0;
        for (long turn = 1; turn <= 1000; turn++) {
            long[] ids = LongStream.concat(
                    LongStream.rangeClosed(1, 5), LongStream.range(10 + 60 * turn, 60 + 60 * turn))
                    .toArray();
            hits += request(cache, ids);
        }
        assertThat(hits).isGreaterThan(5 * 990);
    }

    /// Conversations unlike those of any trace that was looked at: other lengths, turns and pauses.
    @ParameterizedTest
    @CsvSource({"1, 3, 1, 4", "2, 20, 5, 3", "3, 8, 2, 12", "4, 40, 1, 2"})
    void hitsMoreThanLruInConversations(long seed, int first, int added, int turns) {
        int capacity = 60 * first;
        var chain = new PolicyCache(new ChainPolicy(capacity), capacity);
        var lru = new PolicyCache(new LruPolicy(), capacity);
        int hits = 0;
        int lruHits = 0;
        for (long[] prompt : conversations(seed, first, added, turns)) {
            hits += request(chain, prompt);
            lruHits += request(lru, prompt);
        }
        assertThat(hits).isGreaterThan(lruHits * 105 / 100);
    }

    /// Half of the conversations end at once; the others go on for some turns, after a pause.
    private static List<long[]> conversations(long seed, int first, int added, int turns) {
        var random = new SplittableRandom(seed);
        List<List<long[]>> hours = new ArrayList<>();
        int count = 4000;
        for (int i = 0; i < count + 1000; i++) {
            hours.add(new ArrayList<>());
        }
        for (long name = 1; name <= count; name++) {
            int blocks = first / 2 + 1 + random.nextInt(first);
            int at = (int) name;
            int left = random.nextBoolean() ? 0 : 1 + random.nextInt(turns);
            for (int turn = 0; turn <= left && at < hours.size(); turn++) {
                hours.get(at).add(prompt(name, blocks, turn));
                blocks += added;
                at += 20 + random.nextInt(100);
            }
        }
        return hours.stream().flatMap(List::stream).toList();
    }

    @Test
    void goesOnWithARequestThatWasThoughtToHaveEnded() {
        var policy = new ChainPolicy(1000);
        for (long id = 1; id <= 40; id++) {
            insertAfter(policy, id, EvictionPolicy.NONE);
        }
        insertAfter(policy, 101, 1);
        insertAfter(policy, 102, 101);
        assertThat(policy.consistent()).isTrue();
        assertThat(victims(policy)).hasSize(42).containsSubsequence(102L, 101L);
    }

    @Test
    void ignoresThatABlockFollowsOneItDoesNotKnow() {
        var policy = new ChainPolicy(1000);
        insertAfter(policy, 1, 99);
        insertAfter(policy, 2, 2);
        policy.follows(3, 1);
        insertAfter(policy, 4, 2);
        policy.follows(4, 1);
        assertThat(policy.consistent()).isTrue();
        assertThat(victims(policy)).containsExactlyInAnyOrder(1L, 2L, 4L);
    }

    /// Chains of all kinds, at once, with blocks that go and come back.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void holdsTogetherWhateverFollowsWhat(long seed) {
        var random = new SplittableRandom(seed);
        var policy = new ChainPolicy(1000);
        var twin = new ChainPolicy(1000);
        int ids = 30 << random.nextInt(6);
        for (int step = 0; step < 20_000; step++) {
            long id = 1L + random.nextInt(ids);
            int what = random.nextInt(100);
            if (what < 3) {
                policy.removed(id);
                twin.removed(id);
            } else if (what < 6) {
                policy.spared(id, 5);
                twin.spared(id, 5);
            } else if (policy.contains(id)) {
                policy.accessed(id);
                twin.accessed(id);
            } else {
                long sizeBytes = random.nextInt(60);
                policy.inserted(id, sizeBytes);
                twin.inserted(id, sizeBytes);
            }
            if (what < 70) {
                long predecessor = random.nextInt(4) == 0 ? random.nextInt(ids) : id - 1;
                policy.follows(id, predecessor);
                twin.follows(id, predecessor);
            }
            while (policy.bytes() > 1000) {
                assertThat(policy.victim()).isEqualTo(twin.victim());
            }
            if (step % 500 == 0) {
                assertThat(policy.consistent()).as("seed " + seed + ", step " + step).isTrue();
            }
        }
    }

    private static void insert(EvictionPolicy policy, long... ids) {
        long predecessor = EvictionPolicy.NONE;
        for (long id : ids) {
            insertAfter(policy, id, predecessor);
            predecessor = id;
        }
    }

    private static void insertAfter(EvictionPolicy policy, long id, long predecessor) {
        policy.inserted(id, 1);
        policy.follows(id, predecessor);
    }

    private static List<Long> victims(EvictionPolicy policy) {
        return LongStream.iterate(
                policy.victim(), id -> id != EvictionPolicy.NONE, _ -> policy.victim())
                .boxed()
                .toList();
    }

    /// @return how many of the blocks were present
    private static int request(PolicyCache cache, long... ids) {
        int hits = 0;
        long predecessor = EvictionPolicy.NONE;
        for (long id : ids) {
            hits += cache.reference(id, 1, predecessor) ? 1 : 0;
            predecessor = id;
        }
        return hits;
    }

    /// The blocks of a conversation's prompt, of which the last is not full, and another each time.
    private static long[] prompt(long name, int blocks, long last) {
        long[] ids = LongStream.range(0, blocks).map(i -> (name << 20) + i).toArray();
        ids[blocks - 1] = (name << 20) + LAST + (last & LAST - 1);
        return ids;
    }

    private static boolean isLast(long id) {
        return (id & LAST) != 0;
    }
}

package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockListsTest {
    /// Multiplied by the hash's constant this gives 1, so that multiples of it hash to small
    /// numbers: long runs of neighbours and collisions in the table.
    private static final long UNHASH = inverse(0x9E3779B97F4A7C15L);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithPlainMaps(long seed) {
        var random = new SplittableRandom(seed);
        var lists = new BlockLists(2);
        List<SequencedMap<Long, Long>> expected = List.of(new LinkedHashMap<>(),
                new LinkedHashMap<>());
        for (int step = 0; step < 30_000; step++) {
            long id = UNHASH * (1 + random.nextInt(2000) / 7);
            if (random.nextInt(10) == 0) {
                id = UNHASH * ((long) random.nextInt(50) << 32 | random.nextInt(1, 50));
            }
            int list = random.nextInt(2);
            int slot = lists.find(id);
            String at = "seed " + seed + ", step " + step + ", block " + id;
            if (slot == BlockLists.ABSENT) {
                assertThat(expected.get(0)).as(at).doesNotContainKey(id);
                assertThat(expected.get(1)).as(at).doesNotContainKey(id);
                lists.add(list, id, step);
                expected.get(list).put(id, (long) step);
            } else {
                assertThat(lists.id(slot)).as(at).isEqualTo(id);
                var current = expected.get(lists.listOf(slot));
                assertThat(current).as(at).containsKey(id);
                long sizeBytes = current.getOrDefault(id, -1L);
                current.remove(id);
                if (random.nextInt(3) == 0) {
                    lists.remove(slot);
                } else {
                    lists.mark(slot, step & 15);
                    if (random.nextBoolean()) {
                        lists.moveTo(list, slot);
                        expected.get(list).putLast(id, sizeBytes);
                    } else {
                        lists.moveToOldest(list, slot);
                        expected.get(list).putFirst(id, sizeBytes);
                    }
                    assertThat(lists.mark(slot)).as(at).isEqualTo(step & 15);
                    assertThat(lists.sizeBytes(slot)).as(at).isEqualTo(sizeBytes);
                }
            }
            if (step % 1000 == 0) {
                assertThat(lists.consistent()).as(at).isTrue();
            }
        }
        for (int list = 0; list < 2; list++) {
            long bytes = expected.get(list).values().stream().mapToLong(size -> size).sum();
            assertThat(lists.count(list)).isEqualTo(expected.get(list).size());
            assertThat(lists.bytes(list)).isEqualTo(bytes);
            var ids = List.copyOf(expected.get(list).keySet());
            assertThat(fromOldToNew(lists, list)).isEqualTo(ids);
            assertThat(drain(lists, list)).isEqualTo(ids);
        }
    }

    private static List<Long> fromOldToNew(BlockLists lists, int list) {
        List<Long> ids = new ArrayList<>();
        int slot = lists.oldest(list);
        while (slot != BlockLists.ABSENT) {
            ids.add(lists.id(slot));
            slot = lists.newer(slot);
        }
        return ids;
    }

    private static List<Long> drain(BlockLists lists, int list) {
        List<Long> ids = new ArrayList<>();
        for (int slot; (slot = lists.oldest(list)) != BlockLists.ABSENT;) {
            ids.add(lists.id(slot));
            lists.remove(slot);
        }
        return ids;
    }

    /// Newton's iteration doubles the number of right bits each time.
    private static long inverse(long odd) {
        long x = odd;
        for (int i = 0; i < 6; i++) {
            x *= 2 - odd * x;
        }
        return x;
    }
}

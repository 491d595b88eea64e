package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What a cache makes of a data loader, which reads every block of a set once an epoch, each time
/// in another order, and computes after each as long as flash takes for one. The figures are in
/// `docs/placement.md`.
final class ShuffledEpochsTest {
    private static final int BLOCKS = 2000;
    private static final int MEMORY = BLOCKS / 4;
    private static final int EPOCHS = 8;
    private static final int WARM_UP = 3;
    /// What may wait for its reader where reading ahead has earned all of its allowance.
    private static final int ALLOWANCE = MEMORY / 8;

    @Test
    void noPolicyKeepsItsShareOfTheBlocks() {
        assertThat(run("lru", false, 0).found()).isLessThan(0.05);
        assertThat(run("w-tinylfu", false, 0).found()).isBetween(0.15, 0.23);
        assertThat(run("auto", false, 0).found()).isBetween(0.10, 0.20);
    }

    @Test
    void lettingGoWhatTheEpochHasReadKeepsAllOfIt() {
        for (var name : List.of("lru", "clock-pro-plus", "auto")) {
            var outcome = run(name, true, 0);
            assertThat(outcome.found()).as(name).isBetween(0.249, 0.251);
            assertThat(outcome.fromFlash()).as(name).isBetween(0.749, 0.751);
        }
    }

    @Test
    void autoTakesUpMruWhereThatIsAmongItsRivals() {
        var rivals = new ArrayList<>(Rival.all(1));
        rivals.add(new Rival("mru", false, _ -> new MruPolicy()));
        var auto = new AutoPolicy(rivals, MEMORY, AutoPolicy.Tuning.forSample(MEMORY));
        assertThat(new Loader(auto, false, 0).run().found()).isBetween(0.19, 0.23);
        assertThat(auto.report().active()).isEqualTo("mru");
    }

    @Test
    void readingAheadAloneReadsMuchOfItTwice() {
        var without = run("auto", false, 0);
        var with = run("auto", false, ALLOWANCE);
        assertThat(with.found() - without.found()).isBetween(0.0, 0.1);
        assertThat(with.fromFlash() - without.fromFlash()).isGreaterThan(0.2);
    }

    @Test
    void readingAheadPaysWhereWhatTheEpochHasReadLeavesFirst() {
        var without = run("auto", true, 0);
        var with = run("auto", true, ALLOWANCE);
        assertThat(with.found() - without.found()).isGreaterThan(0.1);
        assertThat(with.fromFlash() - without.fromFlash()).isLessThan(0.08);
    }

    private static Outcome run(String name, boolean spentFirst, int mostWaiting) {
        return new Loader(policy(name), spentFirst, mostWaiting).run();
    }

    private static EvictionPolicy policy(String name) {
        return name.equals("auto")
                ? new AutoPolicy(Rival.all(1), MEMORY, AutoPolicy.Tuning.forSample(MEMORY))
                : PolicyName.of(name).orElseThrow().policy(MEMORY, 1);
    }

    /// @param found     of the reads, those whose block was in memory
    /// @param fromFlash blocks that flash gave, for each read
    private record Outcome(double found, double fromFlash) {}

    private static final class Loader {
        private final EvictionPolicy policy;
        private final boolean spentFirst;
        private final int mostWaiting;
        private final Set<Long> waiting = new HashSet<>();
        private final Set<Long> unread = new HashSet<>();
        private final Deque<Long> spent = new ArrayDeque<>();
        private int found;
        private int fromFlash;

        /// @param spentFirst  whether what was read in this epoch leaves first
        /// @param mostWaiting how many blocks that were not read yet may be brought up
        Loader(EvictionPolicy policy, boolean spentFirst, int mostWaiting) {
            this.policy = policy;
            this.spentFirst = spentFirst;
            this.mostWaiting = mostWaiting;
        }

        Outcome run() {
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                if (epoch == WARM_UP) {
                    found = 0;
                    fromFlash = 0;
                }
                var all = LongStream.rangeClosed(1, BLOCKS).boxed().toList();
                unread.addAll(all);
                spent.clear();
                var ahead = all.iterator(); // any order is as good
                var order = new ArrayList<>(all);
                Collections.shuffle(order, new Random(epoch));
                for (long block : order) {
                    read(block);
                    boolean done = waiting.size() >= mostWaiting;
                    while (!done && ahead.hasNext()) {
                        done = bringUp(ahead.next());
                    }
                }
            }
            double reads = (double) BLOCKS * (EPOCHS - WARM_UP);
            return new Outcome(found / reads, fromFlash / reads);
        }

        private void read(long block) {
            unread.remove(block);
            if (!policy.contains(block)) {
                admit(block);
            } else {
                found++;
                if (!waiting.remove(block)) {
                    policy.accessed(block);
                }
            }
            spent.add(block);
        }

        private boolean bringUp(long block) {
            if (!unread.contains(block) || policy.contains(block)) {
                return false;
            }
            admit(block);
            waiting.add(block);
            return true;
        }

        private void admit(long block) {
            fromFlash++;
            policy.expected(block, 1);
            while (policy.bytes() >= MEMORY) {
                waiting.remove(leaves());
            }
            policy.inserted(block, 1);
        }

        private long leaves() {
            while (spentFirst && !spent.isEmpty()) {
                long block = spent.remove();
                if (policy.contains(block)) {
                    policy.removed(block);
                    return block;
                }
            }
            return policy.victim();
        }
    }
}

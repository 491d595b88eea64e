package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a cache makes of a data loader, which reads every block of a set once an epoch, each time
/// in another order, and computes after each as long as flash takes for one. The figures are in
/// `docs/placement.md`.
final class ShuffledEpochsTest {
    private static final int BLOCKS = 2000;
    private static final int MEMORY = BLOCKS / 4;
    private static final int EPOCHS = 10;
    private static final int WARM_UP = 5;

    @ParameterizedTest
    @ValueSource(strings = {"lru", "clock-pro-plus", "w-tinylfu", "lirs", "s3-fifo"})
    void policiesThatDoNotKnowOfEpochsKeepLessThanTheirShare(String name) {
        assertThat(run(name, false).found()).isLessThan(0.23);
    }

    @Test
    void lettingGoWhatTheEpochHasReadKeepsAllOfIt() {
        var outcome = run("epoch", false);
        assertThat(outcome.found()).isBetween(0.235, 0.255);
        assertThat(outcome.fromFlash()).isBetween(0.745, 0.765);
    }

    @Test
    void autoKeepsNearlyAllOfIt() {
        var outcome = run("auto", false);
        assertThat(outcome.found()).isBetween(0.225, 0.255);
        assertThat(outcome.fromFlash()).isBetween(0.745, 0.775);
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoch", "auto"})
    void readingAheadDoublesWhatIsFoundForNoMoreReadsOfFlash(String name) {
        var without = run(name, false);
        var with = run(name, true);
        assertThat(with.found()).isGreaterThan(2 * without.found());
        assertThat(with.fromFlash() - without.fromFlash()).isLessThan(0.03);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lru", "clock-pro-plus", "w-tinylfu", "lirs"})
    void nothingIsReadAheadWhereThePolicyDoesNotKnowOfEpochs(String name) {
        assertThat(run(name, true)).isEqualTo(run(name, false));
    }

    private static Outcome run(String name, boolean ahead) {
        return new Loader(policy(name), ahead).run();
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
        private final boolean ahead;
        private final Usefulness usefulness = new Usefulness(MEMORY / 2, MEMORY / 8);
        private final EpochRecogniser epochs = new EpochRecogniser(() -> BLOCKS * 2);
        private final Set<Long> waiting = new HashSet<>();
        private List<Long> walk = List.of();
        private long walkedPass = -1;
        private int places;
        private int found;
        private int fromFlash;

        /// @param ahead whether a block that was not read yet comes up for each that was found, as
        ///              long as that proves useful
        Loader(EvictionPolicy policy, boolean ahead) {
            this.policy = policy;
            this.ahead = ahead;
        }

        Outcome run() {
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                if (epoch == WARM_UP) {
                    found = 0;
                    fromFlash = 0;
                }
                var order = new ArrayList<>(LongStream.rangeClosed(1, BLOCKS).boxed().toList());
                Collections.shuffle(order, new Random(epoch));
                for (long block : order) {
                    read(block);
                    goAhead();
                }
            }
            double reads = (double) BLOCKS * (EPOCHS - WARM_UP);
            return new Outcome(found / reads, fromFlash / reads);
        }

        private void read(long block) {
            boolean isFirst = epochs.read(block);
            if (!policy.contains(block)) {
                admit(block);
                return;
            }
            found++;
            places = Math.min(16, places + (isFirst && epochs.isSure() ? 1 : 0));
            if (waiting.remove(block)) {
                usefulness.read(1);
                policy.reached(block);
            } else {
                policy.accessed(block);
            }
        }

        private void goAhead() {
            if (walkedPass != epochs.passes()) {
                walkedPass = epochs.passes();
                walk = new ArrayList<>(LongStream.rangeClosed(1, BLOCKS).boxed().toList());
                places = 0;
            }
            boolean isKept = policy.sureMisses() != EvictionPolicy.UNSURE;
            while (ahead && isKept && places > 0 && usefulness.hasRoom() && !walk.isEmpty()) {
                long block = walk.removeLast();
                if (epochs.isDue(block) && !policy.contains(block)) {
                    admit(block);
                    policy.broughtUp(block);
                    waiting.add(block);
                    usefulness.broughtUp(1);
                    places--;
                }
            }
        }

        private void admit(long block) {
            fromFlash++;
            policy.expected(block, 1);
            while (policy.bytes() >= MEMORY) {
                if (waiting.remove(policy.victim())) {
                    usefulness.unread(1);
                }
            }
            policy.inserted(block, 1);
        }
    }
}

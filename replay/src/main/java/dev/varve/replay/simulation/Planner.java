package dev.varve.replay.simulation;

import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.LruPolicy;
import dev.varve.policy.S3FifoPolicy;
import dev.varve.replay.simulation.HierarchySettings.ClientSettings;
import dev.varve.replay.simulation.HierarchySettings.Writing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.DoubleConsumer;
import java.util.function.LongFunction;

/// Tries hierarchies on a recording and says which are worth having: in a first round all sizes,
/// with the first medium of each kind; in a second, around the best sizes, the other media, a third
/// tier, the other policy, and devices that sleep.
///
/// Two rounds instead of all combinations, because what a size does to the hits hardly depends on
/// the medium. The price: a size that is good only with a medium of the second round is not found.
///
/// Confined.
public final class Planner {
    private static final double[] MEMORY_SHARES = {0.005, 0.01, 0.02, 0.05, 0.1};
    private static final double[] FLASH_SHARES = {0.05, 0.1, 0.2, 0.4};
    private static final double THIRD_SHARE = 0.8;
    /// From how many of the first round the second goes on.
    private static final int SEEDS = 4;
    /// What can be saved by sleeping is tried with this multiple of the time that pays for waking
    /// up: a device that waits so long loses at most twice what knowing the future would (the
    /// ski-rental bound; Karlin, Manasse, McGeoch, Owicki, SODA 1990).
    private static final double SLEEP_AFTER_BREAK_EVENS = 1;

    private final PlanSettings settings;
    private final Recording recording;
    private final Map<String, PlanCandidate> tried = new LinkedHashMap<>();

    private Planner(PlanSettings settings, Recording recording) {
        this.settings = settings;
        this.recording = recording;
    }

    /// A combination to try.
    private record Choice(
            ModelledMedium memory,
            double memoryShare,
            ModelledMedium flash,
            double flashShare,
            Optional<ModelledMedium> third,
            Eviction eviction,
            Writing writing,
            boolean sleeps) {

        Choice with(ModelledMedium otherMemory, ModelledMedium otherFlash) {
            return new Choice(otherMemory, memoryShare, otherFlash, flashShare, third, eviction,
                    writing, sleeps);
        }

        Choice with(Optional<ModelledMedium> otherThird, boolean sleeping) {
            return new Choice(memory, memoryShare, flash, flashShare, otherThird, eviction, writing,
                    sleeping);
        }

        Choice with(Eviction other) {
            return new Choice(memory, memoryShare, flash, flashShare, third, other, writing,
                    sleeps);
        }
    }

    private enum Eviction {
        S3_FIFO("s3-fifo", S3FifoPolicy::new),
        LRU("lru", _ -> new LruPolicy());

        private final String key;
        @SuppressWarnings("ImmutableEnumChecker") // a function without state
        private final LongFunction<EvictionPolicy> policy;

        Eviction(String key, LongFunction<EvictionPolicy> policy) {
            this.key = key;
            this.policy = policy;
        }
    }

    /// Plans.
    ///
    /// @param progress hears which share is done, from 0 to 1
    /// @throws IllegalArgumentException if the recording has too few blocks for any hierarchy
    public static Plan plan(PlanSettings settings, Recording recording, DoubleConsumer progress) {
        return new Planner(settings, recording).plan(progress);
    }

    private Plan plan(DoubleConsumer progress) {
        var first = new ArrayList<Choice>();
        for (var writing : List.of(Writing.SELECTIVE, Writing.ALL)) {
            for (double memory : MEMORY_SHARES) {
                for (double flash : FLASH_SHARES) {
                    first.add(new Choice(settings.memory().getFirst(), memory,
                            settings.flash().getFirst(), flash, Optional.empty(), Eviction.S3_FIFO,
                            writing, false));
                }
            }
        }
        var results = new LinkedHashMap<PlanCandidate, Choice>();
        for (int i = 0; i < first.size(); i++) {
            var choice = first.get(i);
            attempt(choice).ifPresent(candidate -> results.put(candidate, choice));
            progress.accept(0.5 * (i + 1) / first.size());
        }
        if (results.isEmpty()) {
            throw new IllegalArgumentException("the traffic has " + recording.statistics()
                    .distinctBlocks() + " different blocks, too few to divide among tiers");
        }
        var second = new ArrayList<Choice>();
        for (var seed : seeds(List.copyOf(results.keySet()))) {
            Optional.ofNullable(results.get(seed))
                    .ifPresent(choice -> second.addAll(around(choice)));
        }
        for (int i = 0; i < second.size(); i++) {
            attempt(second.get(i));
            progress.accept(0.5 + 0.5 * (i + 1) / second.size());
        }
        return conclude();
    }

    /// The best by the goal, and the best by speed.
    private List<PlanCandidate> seeds(List<PlanCandidate> candidates) {
        var front = front(candidates);
        var seeds = new ArrayList<PlanCandidate>();
        recommended(front).ifPresent(index -> seeds.add(front.get(index)));
        front.stream()
                .sorted(Comparator.comparingDouble(this::cost))
                .limit(SEEDS)
                .forEach(seeds::add);
        front.stream()
                .sorted(Comparator.comparingDouble(one -> one.outcome().secondsPerBlock()))
                .limit(2)
                .forEach(seeds::add);
        return seeds.stream().distinct().limit(SEEDS).toList();
    }

    private List<Choice> around(Choice seed) {
        var choices = new ArrayList<Choice>();
        choices.add(seed.with(Eviction.LRU));
        choices.add(seed.with(seed.third(), true));
        for (var memory : settings.memory()) {
            for (var flash : settings.flash()) {
                choices.add(seed.with(memory, flash));
            }
        }
        for (var third : settings.third()) {
            choices.add(seed.with(Optional.of(third), false));
            choices.add(seed.with(Optional.of(third), true));
        }
        return choices;
    }

    private Optional<PlanCandidate> attempt(Choice choice) {
        var known = Optional.ofNullable(tried.get(choice.toString()));
        if (known.isPresent()) {
            return known;
        }
        try {
            var hierarchy = hierarchy(choice);
            var candidate = new PlanCandidate(choice.eviction().key, hierarchy,
                    HierarchySimulation.run(hierarchy, recording.play()));
            tried.put(choice.toString(), candidate);
            return Optional.of(candidate);
        } catch (IllegalArgumentException tooSmall) {
            return Optional.empty();
        }
    }

    private HierarchySettings hierarchy(Choice choice) {
        var logs = new ArrayList<TierSettings>();
        logs.add(tier(choice.flash(), choice.flashShare(), choice.sleeps()));
        choice.third()
                .ifPresent(medium -> logs.add(tier(medium, THIRD_SHARE, choice.sleeps())));
        return new HierarchySettings(settings.blockBytes(),
                tier(choice.memory(), choice.memoryShare(), false), logs, Optional.empty(),
                choice.writing(), choice.eviction().policy, ClientSettings.DEFAULT);
    }

    private TierSettings tier(ModelledMedium medium, double share, boolean sleeps) {
        long blocks = (long) (recording.statistics().distinctBlocks() * share);
        var tier = TierSettings.of(medium, blocks * settings.blockBytes());
        return sleeps && medium.canSleep()
                ? tier.concentrated(SLEEP_AFTER_BREAK_EVENS * medium.breakEvenSeconds())
                : tier;
    }

    private Plan conclude() {
        var all = List.copyOf(tried.values());
        var front = front(all)
                .stream()
                .sorted(Comparator.comparingDouble(one -> one.outcome().secondsPerBlock()))
                .toList();
        var recommended = recommended(front);
        var sureness = Sureness.of(front, settings.seed(), this::choose);
        return new Plan(settings, recording, all, front, recommended, sureness);
    }

    private static List<PlanCandidate> front(List<PlanCandidate> candidates) {
        return candidates.stream()
                .filter(one -> candidates.stream().noneMatch(one::isDominatedBy))
                .toList();
    }

    private OptionalInt recommended(List<PlanCandidate> front) {
        return choose(front, front.stream()
                .mapToDouble(one -> one.outcome().secondsPerBlock())
                .toArray());
    }

    /// The best by the goal among those that the budget and the wanted lifetime allow, and that are
    /// fast enough.
    ///
    /// @param secondsPerBlock of each candidate
    private OptionalInt choose(List<PlanCandidate> front, double[] secondsPerBlock) {
        double shortest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < secondsPerBlock.length; i++) {
            if (isAllowed(front.get(i))) {
                shortest = Math.min(shortest, secondsPerBlock[i]);
            }
        }
        var best = OptionalInt.empty();
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < secondsPerBlock.length; i++) {
            double cost = settings.goal() == PlanSettings.Goal.LATENCY
                    ? secondsPerBlock[i]
                    : cost(front.get(i));
            if (isAllowed(front.get(i)) && secondsPerBlock[i] <= settings.slack() * shortest
                    && cost < least) {
                least = cost;
                best = OptionalInt.of(i);
            }
        }
        return best;
    }

    private boolean isAllowed(PlanCandidate candidate) {
        return candidate.outcome().price() <= settings.budgetDollars()
                && candidate.outcome().lifetimeYears() >= settings.years();
    }

    private double cost(PlanCandidate candidate) {
        return switch (settings.goal()) {
            case LATENCY -> candidate.outcome().secondsPerBlock();
            case ENERGY -> candidate.outcome().joules();
            case COST -> candidate.outcome().price();
        };
    }
}

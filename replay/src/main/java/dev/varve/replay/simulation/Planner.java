package dev.varve.replay.simulation;

import dev.varve.replay.simulation.HierarchySettings.ClientSettings;
import dev.varve.replay.simulation.HierarchySettings.Writing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.DoubleConsumer;

/// Tries hierarchies on a recording and says which are worth having: in a first round all sizes,
/// with the first medium of each kind and the first policy; in two more, around the best so far,
/// the other media, a third tier, the other policies, and devices that sleep.
///
/// Rounds instead of all combinations, because what a size does to the hits hardly depends on the
/// medium. The price: a size that is good only with a medium of a later round is not found.
///
/// Confined.
public final class Planner {
    private static final double[] MEMORY_SHARES = {0.005, 0.01, 0.02, 0.05, 0.1};
    private static final double[] FLASH_SHARES = {0.05, 0.1, 0.2, 0.4};
    private static final double THIRD_SHARE = 0.8;
    private static final int ROUNDS = 3;
    /// Costs within this factor are taken for equal.
    private static final double ALIKE = 1.01;
    /// From how many of a round the next one goes on.
    private static final int SEEDS = 4;
    /// What can be saved by sleeping is tried with this multiple of the time that pays for waking
    /// up: a device that waits so long loses at most twice what knowing the future would (the
    /// ski-rental bound; Karlin, Manasse, McGeoch, Owicki, SODA 1990).
    private static final double SLEEP_AFTER_BREAK_EVENS = 1;

    private final PlanSettings settings;
    private final Recording recording;
    private final Set<Choice> tried = new HashSet<>();
    private final Map<PlanCandidate, Choice> results = new LinkedHashMap<>();

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

    /// Plans.
    ///
    /// @param progress hears which share is done, from 0 to 1
    /// @throws IllegalArgumentException if the recording has too few blocks for any hierarchy
    public static Plan plan(PlanSettings settings, Recording recording, DoubleConsumer progress) {
        return new Planner(settings, recording).plan(progress);
    }

    private Plan plan(DoubleConsumer progress) {
        var choices = sizes();
        for (int round = 0; round < ROUNDS; round++) {
            double done = (double) round / ROUNDS;
            for (int i = 0; i < choices.size(); i++) {
                attempt(choices.get(i));
                progress.accept(done + (i + 1.0) / choices.size() / ROUNDS);
            }
            if (results.isEmpty()) {
                throw new IllegalArgumentException("the traffic has " + recording.statistics()
                        .distinctBlocks() + " different blocks, too few to divide among tiers");
            }
            choices = new ArrayList<>();
            for (var seed : seeds(List.copyOf(results.keySet()))) {
                choices.addAll(around(Objects.requireNonNull(results.get(seed))));
            }
        }
        return conclude();
    }

    private List<Choice> sizes() {
        var choices = new ArrayList<Choice>();
        for (var writing : List.of(Writing.SELECTIVE, Writing.ALL)) {
            for (double memory : MEMORY_SHARES) {
                for (double flash : FLASH_SHARES) {
                    choices.add(new Choice(settings.memory().getFirst(), memory,
                            settings.flash().getFirst(), flash, Optional.empty(),
                            settings.evictions().getFirst(), writing, false));
                }
            }
        }
        return choices;
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
        settings.evictions().forEach(eviction -> choices.add(seed.with(eviction)));
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

    private void attempt(Choice choice) {
        if (!tried.add(choice)) {
            return;
        }
        try {
            var hierarchy = hierarchy(choice);
            results.put(new PlanCandidate(choice.eviction().name(), hierarchy,
                    recording.through(hierarchy)), choice);
        } catch (IllegalArgumentException tooSmall) {
            // none of the results
        }
    }

    private HierarchySettings hierarchy(Choice choice) {
        var logs = new ArrayList<TierSettings>();
        logs.add(tier(choice.flash(), choice.flashShare(), choice.sleeps()));
        choice.third()
                .ifPresent(medium -> logs.add(tier(medium, THIRD_SHARE, choice.sleeps())));
        return new HierarchySettings(recording.meanBytes(settings.blockBytes()),
                tier(choice.memory(), choice.memoryShare(), false), logs, Optional.empty(),
                choice.writing(), choice.eviction().of(choice.writing()),
                ClientSettings.making(settings.missSeconds()));
    }

    private TierSettings tier(ModelledMedium medium, double share, boolean sleeps) {
        var tier = TierSettings.of(medium, Math.max(1,
                (long) (recording.wholeBytes(settings.blockBytes()) * share)));
        return sleeps && medium.canSleep()
                ? tier.concentrated(SLEEP_AFTER_BREAK_EVENS * medium.breakEvenSeconds())
                : tier;
    }

    private Plan conclude() {
        var all = List.copyOf(results.keySet());
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
        double longest = settings.slack() * shortest;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < secondsPerBlock.length; i++) {
            if (isAllowed(front.get(i)) && secondsPerBlock[i] <= longest) {
                least = Math.min(least, cost(front.get(i), secondsPerBlock[i]));
            }
        }
        // Of those that hardly differ, the fastest: who serves less saves a little, too.
        var best = OptionalInt.empty();
        for (int i = 0; i < secondsPerBlock.length; i++) {
            boolean isGood = isAllowed(front.get(i)) && secondsPerBlock[i] <= longest
                    && cost(front.get(i), secondsPerBlock[i]) <= ALIKE * least;
            if (isGood && (best.isEmpty()
                    || secondsPerBlock[i] < secondsPerBlock[best.getAsInt()])) {
                best = OptionalInt.of(i);
            }
        }
        return best;
    }

    private double cost(PlanCandidate candidate, double secondsPerBlock) {
        return settings.goal() == PlanSettings.Goal.LATENCY ? secondsPerBlock : cost(candidate);
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

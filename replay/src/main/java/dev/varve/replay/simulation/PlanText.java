package dev.varve.replay.simulation;

import dev.varve.replay.Figures;
import dev.varve.replay.Table;
import dev.varve.replay.simulation.PlanSettings.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A [Plan] for a terminal.
///
/// Immutable.
record PlanText(Plan plan) {
    private static final int MAX_ROWS = 24;

    String render() {
        var text = new StringBuilder(head());
        text.append('\n').append(front()).append('\n');
        if (plan.recommended().isPresent()) {
            text.append(recommendation(plan.recommended().get()));
        } else {
            text.append("Nothing to recommend: no hierarchy that was tried meets ")
                    .append(conditions())
                    .append(".\n");
        }
        return text.toString();
    }

    String head() {
        var recording = plan.recording();
        var statistics = recording.statistics();
        long unknown = plan.settings().blockBytes();
        String head = String.format(Locale.ROOT, "Traffic: %s%n%,d requests in %s, %,d blocks of"
                + " %s%s, %,d of them different (%s);%na cache without limits would serve %s.%n%d"
                + " hierarchies simulated; %d of them are beaten by none in speed, energy, price"
                + " and lifetime together.%n",
                recording.description(), statistics.requests(),
                Figures.seconds(statistics.durationSeconds()), statistics.references(),
                statistics.sizedBlocks() > 0 ? "about " : "",
                Figures.bytes(recording.meanBytes(unknown)), statistics.distinctBlocks(),
                Figures.bytes(statistics.dataBytes(unknown)),
                Figures.percent(statistics.idealHitRatio()), plan.tried().size(),
                plan.front().size());
        return head + recording.remarks()
                .stream()
                .map(remark -> "note: " + remark + "\n")
                .collect(Collectors.joining());
    }

    private String front() {
        var table = new Table().row("", "tiers", "eviction", "admission", "hits", "time to a block",
                "p99 of a hit", "power", "price", "wears out in");
        for (int index : shown()) {
            var row = row(index);
            table.row(row.toArray(String[]::new));
        }
        String more = plan.front().size() > MAX_ROWS
                ? "(" + MAX_ROWS + " of " + plan.front().size() + ", evenly chosen)\n"
                : "";
        return table + more;
    }

    /// Which of the front are shown: all, or as many evenly chosen and the recommended one.
    List<Integer> shown() {
        int count = plan.front().size();
        var shown = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            boolean chosen = plan.best().isPresent() && plan.best().getAsInt() == i;
            long slot = (long) i * MAX_ROWS / count;
            if (count <= MAX_ROWS || chosen
                    || slot != (long) (i - 1) * MAX_ROWS / count || i == 0) {
                shown.add(i);
            }
        }
        return shown;
    }

    /// The columns of one of the front.
    List<String> row(int index) {
        var candidate = plan.front().get(index);
        var outcome = candidate.outcome();
        boolean chosen = plan.best().isPresent() && plan.best().getAsInt() == index;
        return List.of(chosen ? "->" : "", candidate.tiers(), candidate.eviction(),
                candidate.writing(), Figures.percent(outcome.hitRatio()),
                Figures.seconds(outcome.secondsPerBlock()),
                Figures.seconds(outcome.service().p99Nanos() / 1e9),
                Figures.watts(outcome.watts()), Figures.dollars(outcome.price()),
                Figures.years(outcome.lifetimeYears()));
    }

    private String recommendation(PlanCandidate best) {
        return "Recommended, for " + conditions() + ":\n\n" + "  varve serve " + options(best)
                + "\n\n" + new OutcomeText(best.outcome()).render() + "\n" + sureness() + "\n"
                + assumptions(best);
    }

    /// The server's options that make it so; what it has no option for is said in words.
    static String options(PlanCandidate candidate) {
        String options = "--memory " + candidate.settings().memory().capacityBytes() + " --flash "
                + candidate.settings().logs().getFirst().capacityBytes() + " --eviction "
                + candidate.eviction() + " --admission " + candidate.writing();
        var lacking = new ArrayList<String>();
        if (candidate.settings().logs().size() > 1) {
            lacking.add("a third tier");
        }
        if (candidate.settings()
                .logs()
                .stream()
                .anyMatch(log -> log.layout() == TierSettings.Layout.CONCENTRATED)) {
            lacking.add("devices filled one after the other, to let them sleep");
        }
        return lacking.isEmpty()
                ? options
                : options + "    (the server has not yet: " + String.join("; ", lacking) + ")";
    }

    String conditions() {
        var settings = plan.settings();
        var conditions = new ArrayList<String>();
        conditions.add(switch (settings.goal()) {
            case LATENCY -> "the shortest time to a block";
            case ENERGY -> "the least energy";
            case COST -> "the lowest price";
        });
        if (settings.goal() != Goal.LATENCY) {
            conditions.add("a time to a block within " + Figures.digits(settings.slack())
                    + " of the shortest");
        }
        if (Double.isFinite(settings.budgetDollars())) {
            conditions.add("at most " + Figures.dollars(settings.budgetDollars()));
        }
        conditions.add("tiers that last " + Figures.digits(settings.years()) + " years or more");
        return String.join(", ", conditions);
    }

    String sureness() {
        int best = plan.best().orElseThrow();
        var sureness = plan.sureness();
        var hits = sureness.hitRatio().get(best);
        var seconds = sureness.secondsPerBlock().get(best);
        var halves = sureness.halves().get(best);
        return String.format(Locale.ROOT, "How sure: in 90 of 100 resamples of the traffic (blocks"
                + " of %d minutes) it serves %s to %s and%na block takes %s to %s; it is"
                + " recommended in %s of them. In the first half of the traffic it%nserves %s, in"
                + " the second %s. Traffic of other days, and figures that are assumed, may differ"
                + " more.%n",
                Sureness.BLOCK_MINUTES, Figures.percent(hits.from()),
                Figures.percent(hits.to()), Figures.seconds(seconds.from()),
                Figures.seconds(seconds.to()), Figures.percent(sureness.chosen().get(best)),
                Figures.percent(halves.from()), Figures.percent(halves.to()));
    }

    /// The figures that it rests on and that nobody has published.
    static String assumptions(PlanCandidate candidate) {
        var text = new StringBuilder("It rests on assumed figures of:\n");
        media(candidate).forEach(medium -> text.append("  ")
                .append(medium.id())
                .append(": ")
                .append(String.join(", ",
                        medium.assumed().stream().map(Property::key).toList()))
                .append('\n'));
        return text.append("Name better ones with --media FILE.\n").toString();
    }

    static Stream<ModelledMedium> media(PlanCandidate candidate) {
        return Stream.concat(Stream.of(candidate.settings().memory()),
                candidate.settings().logs().stream())
                .map(TierSettings::medium)
                .distinct();
    }
}

package dev.varve.bench;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The page about policies: each case, and what they come to.
///
/// @param results at least one
///
/// Immutable.
record PolicyReport(List<PolicyResult> results) {

    PolicyReport {
        results = List.copyOf(results);
    }

    String markdown(String arguments) {
        return String.format(Locale.ROOT, """
                # Eviction policies on published traces

                Written by

                    bench/run policies %s

                on %s, Java %s.

                Hits in a hundred references; all blocks have one size, and a missed block always
                comes in. *Best* is the best of the policies that are never changed, chosen anew in
                each row with hindsight. *Auto* begins every row without knowledge. OPT knows the
                future. *Closed* is the part of the way from LRU to OPT. Traces: those in the jar of
                Caffeine's simulator 3.2.4, at the sizes where OPT has a point or more over LRU, and
                an hour of conversations (kvcache-ai/Mooncake, FAST 2025) at 1, 5, 10 and 20 %% of
                its blocks.

                | trace@blocks | references | %s | best | auto | changes | auto − best | OPT \
                | closed by best | by auto |
                |---|---|%s---|---|---|---|---|---|---|
                %s

                ## In sum

                | | mean | worst | bar | met |
                |---|---|---|---|---|
                %s

                | policy | closed, mean over the simulator's traces | over all |
                |---|---|---|
                %s
                %s""", arguments, LocalDate.now(ZoneOffset.UTC), Runtime.version().feature(),
                String.join(" | ", rivals()), "---|".repeat(rivals().size()),
                results.stream().map(PolicyReport::row).collect(Collectors.joining("\n")), sums(),
                closed(), tunings() > 1 ? leaveOneOut() : "");
    }

    private List<String> rivals() {
        return results.getFirst().rivals();
    }

    private int tunings() {
        return results.getFirst().autos().size();
    }

    private static String row(PolicyResult result) {
        var auto = result.autos().getFirst();
        return String.format(Locale.ROOT,
                "| %s | %d | %s | %.2f | %.2f | %d | %+.2f | %.2f | %.2f | %.2f |", result.name(),
                result.references(),
                result.fixed()
                        .stream()
                        .map(hits -> String.format(Locale.ROOT, "%.2f", hits))
                        .collect(Collectors.joining(" | ")),
                result.best(), auto.hits(), auto.changes(), result.over(0), result.optimum(),
                result.closed(result.best()), result.closed(auto.hits()));
    }

    private String sums() {
        double mean = mean(results, result -> result.over(0));
        double worst = results.stream().mapToDouble(result -> result.over(0)).min().orElseThrow();
        double closed = mean(published(), result -> result.closed(result.auto()));
        return String.format(Locale.ROOT, """
                | auto − best, points | %+.2f | | >= −0.5 | %s |
                | auto − best, points | | %+.2f | >= −2 | %s |
                | closed by auto, simulator's traces | %.3f | | >= .55 | %s |
                | closed by the best in hindsight | %.3f | | | |""", mean, met(mean >= -.5), worst,
                met(worst >= -2), closed, met(closed >= .55),
                mean(published(), result -> result.closed(result.best())));
    }

    private String closed() {
        var lines = new ArrayList<String>();
        for (int i = 0; i < rivals().size(); i++) {
            int rival = i;
            lines.add(closed(rivals().get(i), result -> result.fixed().get(rival)));
        }
        lines.add(closed("**auto**", PolicyResult::auto));
        return String.join("\n", lines);
    }

    private String closed(String name, ToDoubleFunction<PolicyResult> hits) {
        return String.format(Locale.ROOT, "| %s | %.3f | %.3f |", name,
                mean(published(), result -> result.closed(hits.applyAsDouble(result))),
                mean(results, result -> result.closed(hits.applyAsDouble(result))));
    }

    /// Chooses a tuning by all families but one, and judges it by that one.
    private String leaveOneOut() {
        var lines = new ArrayList<String>();
        var judged = new ArrayList<Double>();
        for (var family : results.stream().map(PolicyResult::family).distinct().toList()) {
            var others = results.stream().filter(it -> !it.family().equals(family)).toList();
            var own = results.stream().filter(it -> it.family().equals(family)).toList();
            int chosen = IntStream.range(0, tunings())
                    .reduce((a, b) -> mean(others, it -> it.over(b)) > mean(others,
                            it -> it.over(a)) ? b : a)
                    .orElseThrow();
            own.forEach(it -> judged.add(it.over(chosen)));
            var tuning = own.getFirst().autos().get(chosen).tuning();
            lines.add(String.format(Locale.ROOT, "| %s | %d | %.1f, %d | %+.2f | %+.2f |", family,
                    own.size(), tuning.patience(), tuning.minGain(),
                    mean(own, it -> it.over(chosen)), mean(own, it -> it.over(0))));
        }
        return String.format(Locale.ROOT, """

                ## Each family judged by what the others chose

                Patience and least gain were chosen by the mean of auto − best over all families but
                one, and judged by that one.

                | left out | cases | chosen: patience, least gain | auto − best so | as it is set |
                |---|---|---|---|---|
                %s

                Over all cases %+.2f so, %+.2f as it is set.
                """, String.join("\n", lines),
                judged.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
                mean(results, it -> it.over(0)));
    }

    private List<PolicyResult> published() {
        return results.stream().filter(result -> !result.family().equals("mooncake")).toList();
    }

    private static double mean(List<PolicyResult> results, ToDoubleFunction<PolicyResult> figure) {
        return results.stream().mapToDouble(figure).average().orElse(0);
    }

    private static String met(boolean met) {
        return met ? "yes" : "**no**";
    }
}

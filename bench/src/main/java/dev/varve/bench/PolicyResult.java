package dev.varve.bench;

import dev.varve.policy.AutoPolicy.Tuning;
import java.util.List;
import java.util.Locale;

/// What came of one case. All figures are hits in a hundred references.
///
/// @param rivals names of the policies that are never changed
/// @param fixed  one for each rival
/// @param autos  one for each tuning
///
/// Immutable.
record PolicyResult(
        String name,
        String family,
        int references,
        List<String> rivals,
        List<Double> fixed,
        List<Auto> autos,
        double optimum) {

    /// What the choice among the rivals came to.
    ///
    /// @param changes how often it changed its mind
    /// @param last    what it ended with
    record Auto(Tuning tuning, double hits, long changes, String last) {}

    double lru() {
        return fixed.get(rivals.indexOf("lru"));
    }

    double best() {
        return fixed.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    double auto() {
        return autos.getFirst().hits();
    }

    /// By how much the choice is better than the best policy that is never changed.
    double over(int tuning) {
        return autos.get(tuning).hits() - best();
    }

    /// The part of the way from LRU to the optimum.
    double closed(double hits) {
        return (hits - lru()) / (optimum - lru());
    }

    String line() {
        return String.format(Locale.ROOT,
                "%s: LRU %.2f, best %.2f, auto %.2f (%s after %d), OPT %.2f",
                name, lru(), best(), auto(), autos.getFirst().last(), autos.getFirst().changes(),
                optimum);
    }
}

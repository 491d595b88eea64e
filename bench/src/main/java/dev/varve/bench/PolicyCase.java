package dev.varve.bench;

import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.OptimalCache;
import dev.varve.policy.PolicyCache;
import java.util.Arrays;

/// A trace against a cache of one size. Blocks have size 1.
///
/// @param blocks how many the cache holds
///
/// Immutable.
record PolicyCase(PolicyTrace trace, int blocks) {

    String name() {
        return trace.name() + "@" + blocks;
    }

    /// Hits in a hundred references.
    double run(EvictionPolicy policy) {
        var cache = new PolicyCache(policy, blocks);
        int[] references = trace.references();
        int hits = 0;
        for (int i = 0; i < references.length; i++) {
            boolean hit = trace.starts().isEmpty()
                    ? cache.reference(references[i], 1)
                    : cache.reference(references[i], 1,
                            trace.starts().get(i) ? EvictionPolicy.NONE : references[i - 1]);
            hits += hit ? 1 : 0;
        }
        return percent(hits);
    }

    /// Hits in a hundred references of whoever knows the future.
    double optimum() {
        long[] ids = Arrays.stream(trace.references()).asLongStream().toArray();
        return percent(OptimalCache.hits(ids, blocks));
    }

    private double percent(long hits) {
        return 100.0 * hits / trace.references().length;
    }
}

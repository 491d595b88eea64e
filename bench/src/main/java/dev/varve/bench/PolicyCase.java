package dev.varve.bench;

import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.PolicyCache;
import java.util.Arrays;
import java.util.PriorityQueue;

/// A trace against a cache of one size. Blocks have size 1.
///
/// @param blocks how many the cache holds
///
/// Immutable.
record PolicyCase(PolicyTrace trace, int blocks) {
    /// How much longer than the cache the queue of the optimum may become.
    private static final int STALE = 8;

    String name() {
        return trace.name() + "@" + blocks;
    }

    /// Hits in a hundred references.
    double run(EvictionPolicy policy) {
        var cache = new PolicyCache(policy, blocks);
        int hits = 0;
        for (int block : trace.references()) {
            hits += cache.reference(block, 1) ? 1 : 0;
        }
        return percent(hits);
    }

    /// Hits in a hundred references where what is needed furthest in the future goes first
    /// (Belady: "A study of replacement algorithms for a virtual-storage computer", IBM Systems
    /// Journal 5(2), 1966). Every block comes in, as with the other policies.
    double optimum() {
        int[] references = trace.references();
        int[] next = nextUses(references);
        var nextUse = new int[trace.distinct() + 1];
        Arrays.fill(nextUse, -1);
        // Latest use first. What was said of a block before its last use is stale, and skipped.
        var queue = new PriorityQueue<long[]>((a, b) -> Long.compare(b[0], a[0]));
        int hits = 0;
        int present = 0;
        for (int i = 0; i < references.length; i++) {
            int block = references[i];
            if (nextUse[block] >= 0) {
                hits++;
            } else {
                if (present == blocks) {
                    long[] last = queue.remove();
                    while (nextUse[(int) last[1]] != last[0]) {
                        last = queue.remove();
                    }
                    nextUse[(int) last[1]] = -1;
                    present--;
                }
                present++;
            }
            if (queue.size() > STALE * blocks) {
                queue.removeIf(entry -> nextUse[(int) entry[1]] != entry[0]);
            }
            nextUse[block] = next[i];
            queue.add(new long[] {next[i], block});
        }
        return percent(hits);
    }

    private int[] nextUses(int[] references) {
        var next = new int[references.length];
        var seen = new int[trace.distinct() + 1];
        Arrays.fill(seen, Integer.MAX_VALUE);
        for (int i = references.length - 1; i >= 0; i--) {
            next[i] = seen[references[i]];
            seen[references[i]] = i;
        }
        return next;
    }

    private double percent(int hits) {
        return 100.0 * hits / trace.references().length;
    }
}

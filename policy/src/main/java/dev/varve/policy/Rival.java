package dev.varve.policy;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/// A policy that may be put in force; see [AutoPolicy].
///
/// @param name   as in settings and figures: lower case, words joined by hyphens
/// @param start  when it takes part
/// @param policy makes a fresh one for a capacity of at least 1 byte
public record Rival(String name, Start start, LongFunction<EvictionPolicy> policy) {

    /// When a rival takes part.
    public enum Start {
        /// Where the order of requests is told ([EvictionPolicy#follows]) before the first block
        /// has to leave. It is made for that, and in force until there is evidence.
        WITH_ORDER,
        /// Always. The first of these is in force where no order is told.
        PLAIN
    }

    /// Those that were best on some trace or other. The first is the best on average
    /// (`docs/placement-figures.md`).
    ///
    /// @param seed for those that leave something to chance
    public static List<Rival> all(long seed) {
        return Stream.of(PolicyName.CLOCK_PRO_PLUS, PolicyName.LRU, PolicyName.S3_FIFO,
                PolicyName.SIEVE, PolicyName.ARC, PolicyName.LIRS, PolicyName.W_TINYLFU,
                PolicyName.CHAIN)
                .map(name -> new Rival(name.text(),
                        name == PolicyName.CHAIN ? Start.WITH_ORDER : Start.PLAIN,
                        capacity -> name.policy(capacity, seed)))
                .toList();
    }
}

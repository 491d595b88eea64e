package dev.varve.policy;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/// A policy that may be put in force; see [AutoPolicy].
///
/// @param name   as in settings and figures: lower case, words joined by hyphens
/// @param policy makes a fresh one for a capacity of at least 1 byte
public record Rival(String name, LongFunction<EvictionPolicy> policy) {

    /// Those that were best on some trace or other, and first the one that is in force until there
    /// is evidence: the best on average (`docs/placement-figures.md`).
    ///
    /// @param seed for those that leave something to chance
    public static List<Rival> all(long seed) {
        var named = Stream.of(PolicyName.CLOCK_PRO_PLUS, PolicyName.LRU, PolicyName.S3_FIFO,
                PolicyName.SIEVE, PolicyName.ARC, PolicyName.LIRS, PolicyName.W_TINYLFU)
                .map(name -> new Rival(name.text(), capacity -> name.policy(capacity, seed)));
        return Stream.concat(named, Stream.of(new Rival("chain", ChainPolicy::new))).toList();
    }
}

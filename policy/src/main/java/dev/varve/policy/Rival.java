package dev.varve.policy;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/// A policy that may be put in force; see [AutoPolicy].
///
/// @param name     as in settings and figures: lower case, words joined by hyphens
/// @param forOrder whether it is made for requests whose order is told ([EvictionPolicy#follows]),
///                 and is in force from the first of them on, until there is evidence
/// @param policy   makes a fresh one for a capacity of at least 1 byte
public record Rival(String name, boolean forOrder, LongFunction<EvictionPolicy> policy) {

    /// Those that were best on some trace or other (`docs/placement-figures.md`). The first is the
    /// best of those that need not learn before they are good where no order is told.
    ///
    /// @param seed for those that leave something to chance
    public static List<Rival> all(long seed) {
        return Stream.of(PolicyName.CLOCK_PRO_PLUS, PolicyName.LEARNED, PolicyName.LRU,
                PolicyName.S3_FIFO, PolicyName.LIRS, PolicyName.W_TINYLFU, PolicyName.GDSF,
                PolicyName.CHAIN, PolicyName.EPOCH)
                .map(name -> new Rival(name.text(), name == PolicyName.CHAIN,
                        capacity -> name.policy(capacity, seed)))
                .toList();
    }
}

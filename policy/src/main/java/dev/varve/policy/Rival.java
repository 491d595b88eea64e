package dev.varve.policy;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/// A policy that may be put in force; see [AutoPolicy].
///
/// @param name   as in settings and figures: lower case, words joined by hyphens
/// @param suits  the traffic that it is in force for from the start, until there is evidence
/// @param policy makes a fresh one for a capacity of at least 1 byte
public record Rival(String name, Suits suits, LongFunction<EvictionPolicy> policy) {

    /// Traffic that can be told before anything has to leave; see [Beginning].
    public enum Suits {
        /// None in particular.
        ANY,
        /// Requests whose order is told ([EvictionPolicy#follows]).
        ORDER,
        /// If no order is told: so many blocks that there is much to learn from them before one
        /// has to leave; and blocks whose sizes differ, of which most policies know nothing.
        VARIETY
    }

    /// Those that were best on some trace or other (`docs/placement-figures.md`). The first is the
    /// best of those that need not learn before they are good.
    ///
    /// @param seed for those that leave something to chance
    public static List<Rival> all(long seed) {
        return Stream.of(PolicyName.CLOCK_PRO_PLUS, PolicyName.LEARNED, PolicyName.LRU,
                PolicyName.S3_FIFO, PolicyName.LIRS, PolicyName.W_TINYLFU, PolicyName.CHAIN,
                PolicyName.EPOCH)
                .map(name -> new Rival(name.text(), suits(name),
                        capacity -> name.policy(capacity, seed)))
                .toList();
    }

    private static Suits suits(PolicyName name) {
        return switch (name) {
            case CHAIN -> Suits.ORDER;
            case LEARNED -> Suits.VARIETY;
            default -> Suits.ANY;
        };
    }
}

package dev.varve.replay.simulation;

import dev.varve.policy.AutoPolicy;
import dev.varve.policy.AutoPolicy.Tuning;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.PolicyName;
import dev.varve.policy.Rival;
import java.util.Arrays;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/// What decides which block leaves memory, as `varve serve --eviction` has it.
///
/// @param name   as people write it
/// @param policy makes one for so many bytes
///
/// Immutable.
public record Eviction(String name, LongFunction<EvictionPolicy> policy) {
    /// What policies leave to chance is the same each time.
    private static final long SEED = 1;

    /// The server's default.
    public static final Eviction AUTO = new Eviction("auto", capacityBytes -> new AutoPolicy(
            Rival.all(SEED), capacityBytes, Tuning.forCapacity(capacityBytes)));

    /// @throws IllegalArgumentException if there is none of this name
    public static Eviction of(String name) {
        if (name.equals(AUTO.name)) {
            return AUTO;
        }
        return PolicyName.of(name)
                .map(Eviction::of)
                .orElseThrow(() -> new IllegalArgumentException("eviction (" + name
                        + ") must be one of " + Arrays.stream(PolicyName.values())
                                .map(PolicyName::text)
                                .collect(Collectors.joining(", ", AUTO.name + ", ", ""))));
    }

    /// A policy by itself.
    public static Eviction of(PolicyName name) {
        return new Eviction(name.text(), capacityBytes -> name.policy(capacityBytes, SEED));
    }
}

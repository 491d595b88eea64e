package dev.varve.replay.simulation;

import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.MemoryPolicy;
import dev.varve.policy.PolicyName;
import dev.varve.replay.simulation.HierarchySettings.Writing;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/// What decides which block leaves memory, as `varve serve --eviction` has it.
///
/// @param policy by itself; empty for whichever does best, the server's default
///
/// Immutable.
public record Eviction(Optional<PolicyName> policy) {
    private static final String AUTO_NAME = "auto";
    /// What policies leave to chance is the same each time.
    private static final long SEED = 1;

    /// The server's default.
    public static final Eviction AUTO = new Eviction(Optional.empty());

    /// @throws IllegalArgumentException if there is none of this name
    public static Eviction of(String name) {
        if (name.equals(AUTO_NAME)) {
            return AUTO;
        }
        return PolicyName.of(name)
                .map(Eviction::of)
                .orElseThrow(() -> new IllegalArgumentException("eviction (" + name
                        + ") must be one of " + Arrays.stream(PolicyName.values())
                                .map(PolicyName::text)
                                .collect(Collectors.joining(", ", AUTO_NAME + ", ", ""))));
    }

    /// A policy by itself.
    public static Eviction of(PolicyName name) {
        return new Eviction(Optional.of(name));
    }

    /// As people write it.
    public String name() {
        return policy.map(PolicyName::text).orElse(AUTO_NAME);
    }

    /// Makes one for so many bytes, as the server does for what flash takes.
    public LongFunction<EvictionPolicy> of(Writing writing) {
        return capacityBytes -> MemoryPolicy.of(
                policy, writing == Writing.SELECTIVE, capacityBytes, SEED);
    }
}

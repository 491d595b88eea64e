package dev.varve.policy;

import java.util.Optional;

/// Makes what decides which block leaves memory, as the server's settings have it, and so for
/// whoever simulates the server.
public final class MemoryPolicy {
    private MemoryPolicy() {}

    /// A fresh policy.
    ///
    /// Where blocks wait, S3-FIFO is behind the [WaitingRoom] if nothing else is wished: it gets
    /// the rest of memory, which is too little for policies to compete there.
    ///
    /// @param wished        empty for whichever policy does best
    /// @param waits         whether blocks wait in memory to be worth a write to flash
    /// @param capacityBytes what its blocks may take together, at least 1
    /// @param seed          for what leaves something to chance
    public static EvictionPolicy of(
            Optional<PolicyName> wished,
            boolean waits,
            long capacityBytes,
            long seed) {
        if (waits) {
            return new WaitingRoom(wished.orElse(PolicyName.S3_FIFO).policy(capacityBytes, seed),
                    capacityBytes);
        }
        return wished.map(name -> name.policy(capacityBytes, seed))
                .orElseGet(() -> auto(capacityBytes, seed));
    }

    /// As [#of], for blocks whose ids say which bucket they are of ([Partition#id]): where no
    /// policy is wished, buckets may have one each.
    public static EvictionPolicy ofBuckets(
            Optional<PolicyName> wished,
            boolean waits,
            long capacityBytes,
            long seed) {
        return waits || wished.isPresent()
                ? of(wished, waits, capacityBytes, seed)
                : new Partition(bytes -> auto(bytes, seed), capacityBytes);
    }

    private static AutoPolicy auto(long capacityBytes, long seed) {
        return new AutoPolicy(Rival.all(seed), capacityBytes,
                AutoPolicy.Tuning.forCapacity(capacityBytes));
    }
}

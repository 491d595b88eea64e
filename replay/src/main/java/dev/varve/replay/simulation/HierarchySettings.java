package dev.varve.replay.simulation;

import dev.varve.policy.EvictionPolicy;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/// A hierarchy to simulate.
///
/// @param blockBytes size of blocks whose size the traffic does not tell, at least 1; as a rule the
///                   others are not much larger
/// @param memory     the tier that a policy evicts from, block by block
/// @param logs       the tiers below it, fastest first, at least one: each an append-only log of
///                   segments, as flash is in the server
/// @param origin     where blocks come from that the hierarchy lacks; without one the client makes
///                   them anew, as a language model does
/// @param writing    which blocks the first log takes
/// @param eviction   makes the policy of memory, for so many bytes
/// @param client     how requests come and what they cost beside media
///
/// Immutable.
public record HierarchySettings(
        long blockBytes,
        TierSettings memory,
        List<TierSettings> logs,
        Optional<ModelledMedium> origin,
        Writing writing,
        LongFunction<EvictionPolicy> eviction,
        ClientSettings client) {

    /// Which blocks go to the first log, and when.
    public enum Writing {
        /// Those that [dev.varve.policy.FlashAdmission] names, when they leave memory.
        SELECTIVE,
        /// All, when they leave memory.
        ALL,
        /// All, before their write is acknowledged.
        THROUGH
    }

    /// How clients behave.
    ///
    /// @param connections   requests under way at a time, at least 1
    /// @param speed         how many seconds of the trace pass in one simulated one, greater than 0
    /// @param lease         seconds for which a block stays whose presence was asked for
    /// @param processors    how many there are for what commands take beside the media, at least 1;
    ///                      a command waits for one
    /// @param existsSeconds what asking for presence takes
    /// @param getSeconds    what a read takes beside the media
    /// @param setSeconds    what a write takes beside the media
    /// @param makeSeconds   what it takes to make a block anew, where there is no origin; counts in
    ///                      the mean time to a block alone
    public record ClientSettings(
            int connections,
            double speed,
            double lease,
            int processors,
            double existsSeconds,
            double getSeconds,
            double setSeconds,
            double makeSeconds) {
        /// 64 connections in the trace's own time; 512 tokens at 8,000 a second to make a block.
        public static final ClientSettings DEFAULT = new ClientSettings(64, 1, 10, 64, 10e-6, 20e-6,
                20e-6, 0.064);

        /// The default with another time to make a block.
        static ClientSettings making(double seconds) {
            return new ClientSettings(DEFAULT.connections, DEFAULT.speed, DEFAULT.lease,
                    DEFAULT.processors, DEFAULT.existsSeconds, DEFAULT.getSeconds,
                    DEFAULT.setSeconds, seconds);
        }

        public ClientSettings {
            require(connections >= 1, "connections (" + connections + ") must be at least 1");
            require(processors >= 1, "processors (" + processors + ") must be at least 1");
            require(speed > 0 && Double.isFinite(speed),
                    "speed (" + speed + ") must be greater than 0");
            require(lease >= 0 && existsSeconds >= 0 && getSeconds >= 0 && setSeconds >= 0
                    && makeSeconds >= 0, "times of a client must be at least 0");
        }
    }

    public HierarchySettings {
        logs = List.copyOf(logs);
        require(blockBytes >= 1, "block (" + blockBytes + " bytes) must be at least 1 byte");
        require(!logs.isEmpty(), "tiers below memory (0) must be at least 1");
        require(memory.capacityBytes() >= MIN_MEMORY_BLOCKS * blockBytes,
                "memory (" + memory.capacityBytes() + " bytes) must hold at least "
                        + MIN_MEMORY_BLOCKS + " blocks of " + blockBytes + " bytes");
    }

    /// The same for a sample of the traffic: slices of its tiers.
    ///
    /// @param rate which share of all keys the sample has, above 0, at most 1
    HierarchySettings forSample(double rate) {
        return rate == 1
                ? this
                : new HierarchySettings(blockBytes, memory.sliced(rate),
                        logs.stream().map(log -> log.sliced(rate)).toList(), origin, writing,
                        eviction, client);
    }

    private static final int MIN_MEMORY_BLOCKS = 32;

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}

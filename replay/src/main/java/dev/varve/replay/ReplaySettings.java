package dev.varve.replay;

import java.time.Duration;

/// How traffic is replayed.
///
/// @param endpoint     the server
/// @param connections  how many requests are under way at a time, 1 to 256
/// @param blockBytes   length of every value, 1 to 512 MiB
/// @param speed        how many seconds of the trace pass in one second; 0 means as fast as
///                     possible
/// @param keyPrefix    what the keys begin with; the block's id follows as 16 hexadecimal digits
/// @param replyTimeout how long a reply may take before the replay ends
///
/// Immutable.
public record ReplaySettings(
        RespEndpoint endpoint,
        int connections,
        int blockBytes,
        double speed,
        String keyPrefix,
        Duration replyTimeout) {
    /// Length of a block scaled down to a small machine; a real one is 1 to 64 MiB.
    public static final int DEFAULT_BLOCK_BYTES = 64 << 10;

    private static final int MAX_BLOCK_BYTES = 512 << 20;
    private static final int MAX_CONNECTIONS = 256;

    public ReplaySettings {
        require(connections >= 1 && connections <= MAX_CONNECTIONS,
                "connections (" + connections + ") must be 1 to " + MAX_CONNECTIONS);
        require(blockBytes >= 1 && blockBytes <= MAX_BLOCK_BYTES,
                "block length (" + blockBytes + " bytes) must be 1 to " + MAX_BLOCK_BYTES);
        require(speed >= 0 && Double.isFinite(speed),
                "speed (" + speed + ") must be 0, for as fast as possible, or more");
        require(replyTimeout.isPositive(), "reply timeout (" + replyTimeout + ") must be positive");
    }

    /// Eight connections, blocks of 64 KiB, as fast as possible.
    public static ReplaySettings to(RespEndpoint endpoint) {
        return new ReplaySettings(
                endpoint, 8, DEFAULT_BLOCK_BYTES, 0, "replay@", Duration.ofSeconds(30));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}

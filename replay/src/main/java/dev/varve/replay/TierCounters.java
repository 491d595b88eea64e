package dev.varve.replay;

import dev.varve.engine.Engine;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What a server says about which tier its bytes came from. Clients cannot see it, so it comes from
/// the server's own counters, read before and after.
///
/// Thread-safe.
@FunctionalInterface
public interface TierCounters {

    /// The counters as they are now, since the server began; empty where they are not to be had.
    Optional<Served> served();

    /// Blocks handed out by tier, and their bytes.
    record Served(long memoryBlocks, long memoryBytes, long flashBlocks, long flashBytes) {

        /// What was served since an earlier reading.
        public Served since(Served earlier) {
            return new Served(
                    memoryBlocks - earlier.memoryBlocks,
                    memoryBytes - earlier.memoryBytes,
                    flashBlocks - earlier.flashBlocks,
                    flashBytes - earlier.flashBytes);
        }
    }

    /// For a server that tells nothing.
    static TierCounters unknown() {
        return Optional::empty;
    }

    /// Reads them from an engine in this process.
    ///
    /// @param engine borrowed
    static TierCounters of(Engine engine) {
        return () -> {
            var reads = engine.status().reads();
            return Optional.of(new Served(reads.memoryBlocks(), reads.memoryBytes(),
                    reads.flashBlocks(), reads.flashBytes()));
        };
    }

    /// Asks a server over the Redis protocol; empty where it is not a Varve.
    ///
    /// @param client borrowed
    static TierCounters of(RespClient client) {
        return () -> {
            Map<String, String> facts = new HashMap<>();
            for (var line : client.text("INFO", "stats").split("\r\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    facts.put(line.substring(0, colon), line.substring(colon + 1));
                }
            }
            try {
                return Optional.of(new Served(
                        number(facts, "memory_blocks_read"), number(facts, "memory_bytes_read"),
                        number(facts, "flash_blocks_read"), number(facts, "flash_bytes_read")));
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        };
    }

    private static long number(Map<String, String> facts, String name) {
        return Long.parseLong(facts.getOrDefault(name, ""));
    }
}

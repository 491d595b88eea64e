package dev.varve.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/// What became of a key.
///
/// Immutable.
public sealed interface Explanation {

    /// The same as names and texts, in order: what protocols and people are told.
    ///
    /// @param nowMillis milliseconds since the epoch
    Map<String, String> facts(long nowMillis);

    /// It is there.
    ///
    /// @param blocksInMemory how many of its blocks are in memory
    /// @param onFlash        whether all of them have a copy on flash
    /// @param heldFor        how long it is sure to stay; zero where nothing holds it
    record Present(
            ObjectInfo info,
            int blocks,
            int blocksInMemory,
            boolean onFlash,
            Duration heldFor) implements Explanation {

        @Override
        public Map<String, String> facts(long nowMillis) {
            var facts = new LinkedHashMap<String, String>();
            facts.put("state", "present");
            facts.put("bytes", Long.toString(info.sizeBytes()));
            facts.put("age-ms", Long.toString(Math.max(0, nowMillis - info.createdMillis())));
            facts.put("tiers", tiers());
            facts.put("held-ms", Long.toString(heldFor.toMillis()));
            return facts;
        }

        private String tiers() {
            var tiers = new ArrayList<String>();
            if (blocksInMemory > 0) {
                tiers.add(blocksInMemory == blocks
                        ? "memory"
                        : "memory (" + blocksInMemory + " of " + blocks + " blocks)");
            }
            if (onFlash) {
                tiers.add("flash");
            }
            return String.join(", ", tiers);
        }
    }

    /// It was there, and left.
    record Left(Departure departure) implements Explanation {

        @Override
        public Map<String, String> facts(long nowMillis) {
            var facts = new LinkedHashMap<String, String>();
            facts.put("state", "left");
            facts.put("reason", departure.reason().text());
            facts.put("ago-ms", Long.toString(Math.max(0, nowMillis - departure.atMillis())));
            facts.put("age-ms", Long.toString(departure.ageMillis()));
            facts.put("reads", Integer.toString(departure.reads()));
            if (!departure.detail().isEmpty()) {
                facts.put("detail", departure.detail());
            }
            return facts;
        }
    }

    /// It was never written, or left so long ago that the log has forgotten it, or is one of those
    /// whose names were lost with them.
    ///
    /// @param rememberedDepartures how many departures the log goes back
    /// @param namelessLosses       how many blocks the start has found damaged whose names could
    ///                             not be read either
    record Unknown(int rememberedDepartures, int namelessLosses) implements Explanation {

        @Override
        public Map<String, String> facts(long nowMillis) {
            return Map.of("state", "unknown: never written, or not among the last "
                    + rememberedDepartures + " keys that left"
                    + (namelessLosses == 0
                            ? ""
                            : ", or one of " + namelessLosses
                                    + " blocks lost to corruption with their names"));
        }
    }
}

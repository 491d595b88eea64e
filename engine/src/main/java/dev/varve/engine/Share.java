package dev.varve.engine;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// One share of a [Division], and what is counted for it.
///
/// @param index       its number in the division; 0 is the share of all keys that have no other
/// @param memoryBytes its quota of memory, if it has one of its own
/// @param flashBytes  its quota of flash, if it has one of its own
/// @param maxHeld     the most that holds may keep of it, in bytes
/// @param held        what holds keep of it, in bytes
/// @param tally       running counts, which go on when shares are divided anew
///
/// Thread-safe.
record Share(
        int index,
        String name,
        OptionalLong memoryBytes,
        OptionalLong flashBytes,
        long maxHeld,
        AtomicLong held,
        Tally tally) {

    /// Counts of one share.
    record Tally(LongAdder hits, LongAdder misses, LongAdder overQuota, Traffic traffic) {
        Tally() {
            this(new LongAdder(), new LongAdder(), new LongAdder(), new Traffic());
        }
    }

    /// Where its bytes in memory are counted: shares without a quota are counted together.
    int memorySlot() {
        return memoryBytes.isPresent() ? index : 0;
    }

    /// Where its bytes on flash are counted.
    int flashSlot() {
        return flashBytes.isPresent() ? index : 0;
    }
}

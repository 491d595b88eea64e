package dev.varve.store;

import dev.varve.engine.EngineSettings;
import dev.varve.policy.PolicyName;
import java.util.Optional;

/// The numbers that a store is opened with.
///
/// @param memoryBytes budget of the memory tier, block bookkeeping included
/// @param flashBytes  budget of the flash tier
/// @param eviction    what leaves memory first; empty for whichever policy does best, see
///                    [dev.varve.policy.AutoPolicy]
/// @param directIo    whether flash goes around the page cache, where the file system allows it
/// @param memoryHome  where the memory tier lives
/// @param medium      what flash is made of
/// @param compressing which blocks are compressed on flash
/// @param engine      the engine's own numbers
///
/// Immutable.
public record StoreSettings(
        long memoryBytes,
        long flashBytes,
        Optional<PolicyName> eviction,
        boolean directIo,
        MemoryHome memoryHome,
        FlashMedium medium,
        Compressing compressing,
        EngineSettings engine) {
    /// The least memory that works: a few of the largest blocks in flight.
    public static final long MIN_MEMORY_BYTES = 16L << 20;

    /// The least flash that works: a few of the smallest segments.
    public static final long MIN_FLASH_BYTES = 64L << 20;

    public StoreSettings {
        requireAtLeast("memory", memoryBytes, MIN_MEMORY_BYTES);
        requireAtLeast("flash", flashBytes, MIN_FLASH_BYTES);
    }

    /// Budgets as given, everything else by default.
    public static StoreSettings of(long memoryBytes, long flashBytes) {
        return new StoreSettings(
                memoryBytes, flashBytes, Optional.empty(), true, new MemoryHome.Nameless(),
                FlashMedium.UNKNOWN, Compressing.AUTO, EngineSettings.DEFAULT);
    }

    /// The same but for where the memory tier lives.
    public StoreSettings with(MemoryHome home) {
        return new StoreSettings(memoryBytes, flashBytes, eviction, directIo, home, medium,
                compressing, engine);
    }

    /// The same on other flash.
    public StoreSettings on(FlashMedium flash) {
        return new StoreSettings(memoryBytes, flashBytes, eviction, directIo, memoryHome, flash,
                compressing, engine);
    }

    /// The same but for what is compressed.
    public StoreSettings with(Compressing other) {
        return new StoreSettings(memoryBytes, flashBytes, eviction, directIo, memoryHome, medium,
                other, engine);
    }

    private static void requireAtLeast(String name, long bytes, long minBytes) {
        if (bytes < minBytes) {
            throw new IllegalArgumentException(
                    name + " (" + bytes + " bytes) must be at least " + minBytes + " bytes");
        }
    }
}

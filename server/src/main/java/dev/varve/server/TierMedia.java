package dev.varve.server;

/// Which media the tiers are on, for what the energy meter computes with: ids of a catalogue of
/// media, such as `ddr5` and `tlc`.
///
/// Immutable.
public record TierMedia(String memory, String flash) {
    public static final TierMedia DEFAULT = new TierMedia(
            Setting.MEMORY_MEDIUM.fallback(), Setting.FLASH_MEDIUM.fallback());
}

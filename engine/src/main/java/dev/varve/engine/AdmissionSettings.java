package dev.varve.engine;

import dev.varve.policy.WriteBudget;

/// What of a cache bucket may be written to flash.
///
/// @param mode              which objects are worth it
/// @param deviceBytesPerDay the most that the flash device may take on behalf of cache buckets,
///                          less what durable ones write, in any 24 hours; [#UNLIMITED] for no
///                          limit
///
/// Immutable.
public record AdmissionSettings(Mode mode, long deviceBytesPerDay) {
    public static final long UNLIMITED = WriteBudget.UNLIMITED;

    public static final AdmissionSettings DEFAULT = new AdmissionSettings(Mode.ALL, UNLIMITED);

    /// Which objects are worth a write.
    public enum Mode {
        /// Those that [dev.varve.policy.FlashAdmission] names.
        SELECTIVE,
        /// All.
        ALL
    }

    public AdmissionSettings {
        if (deviceBytesPerDay < 1) {
            throw new IllegalArgumentException("flash writes a day (" + deviceBytesPerDay
                    + " bytes) must be at least 1 byte");
        }
    }
}

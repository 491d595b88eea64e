package dev.varve.policy;

/// Decides which blocks of cache buckets are worth a copy. Pure and cheap; what is worth its first
/// write to flash, [FlashAdmission] says.
public interface PlacementRules {

    /// Whether a block read from flash stays in memory.
    boolean promote(int sizeBytes);

    /// Whether a block of a flash segment that goes is written again to a fresh one.
    ///
    /// @param wasRead whether it was read since it was written
    boolean reinsert(int sizeBytes, boolean wasRead);

    /// Promotes everything, reinserts what was read.
    static PlacementRules plain() {
        return new PlacementRules() {
            @Override
            public boolean promote(int sizeBytes) {
                return true;
            }

            @Override
            public boolean reinsert(int sizeBytes, boolean wasRead) {
                return wasRead;
            }
        };
    }
}

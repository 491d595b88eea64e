package dev.varve.policy;

/// Decides which blocks of cache buckets are worth a write or a copy. Pure and cheap.
public interface PlacementRules {

    /// Whether a block that leaves memory, and lies nowhere else, is written to flash (else
    /// dropped).
    ///
    /// @param reads how often it was read since it came in
    boolean demote(int sizeBytes, int reads);

    /// Whether a block read from flash stays in memory.
    boolean promote(int sizeBytes);

    /// Whether a block of a flash segment that goes is written again to a fresh one.
    ///
    /// @param wasRead whether it was read since it was written
    boolean reinsert(int sizeBytes, boolean wasRead);

    /// Writes everything, promotes everything, reinserts what was read: the plain rules that later
    /// ones are measured against.
    static PlacementRules plain() {
        return new PlacementRules() {
            @Override
            public boolean demote(int sizeBytes, int reads) {
                return true;
            }

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

package dev.varve.engine;

/// One access to an object, as an [AccessListener] hears of it.
///
/// @param sizeBytes length of the object; 0 where it is not there
/// @param bucket    the bucket's number, which it keeps as long as the store exists
/// @param share     number of the key's share in the order of [Engine#divide], from 1 on; 0 where
///                  it has none of its own
/// @param client    who did it: [Bucket#as]; 0 where nobody said
///
/// Immutable.
public record Access(
        Operation operation,
        ObjectKey key,
        long sizeBytes,
        int bucket,
        int share,
        int client) {

    /// What was done. Every lookup that [EngineStatus.Reads] counts as a hit or a miss is one of
    /// the first four.
    public enum Operation {
        READ_HIT,
        READ_MISS,
        /// Asked for without its bytes, and there.
        EXISTS_HIT,
        EXISTS_MISS,
        /// Stored whole, whether there was one before or not.
        WRITE,
        DELETE,
        /// Given other attributes, an expiry as a rule.
        TOUCH
    }
}

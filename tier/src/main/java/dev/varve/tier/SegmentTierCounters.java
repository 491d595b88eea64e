package dev.varve.tier;

import dev.varve.tier.DutyMeter.Duty;

/// What a segment tier did since it was opened.
///
/// @param contentBytesWritten bytes of block content written, before they were compressed
/// @param deviceBytesWritten  the same with headers, padding and directories
/// @param bytesRead           bytes read from the device, padding included
/// @param reads               number of block reads
/// @param corruptReads        reads and entries whose check failed
/// @param failedTransfers     transfers that the device refused
/// @param overdueOperations   operations that were given up because the device did not answer
/// @param unwell              whether it does not answer now
/// @param duty                how long the device could have slept
/// @param compressed          what became of compressing blocks
///
/// Immutable.
public record SegmentTierCounters(
        long contentBytesWritten,
        long deviceBytesWritten,
        long bytesRead,
        long reads,
        long corruptReads,
        long failedTransfers,
        long overdueOperations,
        boolean unwell,
        Duty duty,
        Compressed compressed) {

    /// What became of compressing blocks.
    ///
    /// @param triedBytes    content of the blocks that were compressed, to see if it pays
    /// @param contentBytes  content of those that were written so
    /// @param storedBytes   what these took
    /// @param expandedBytes content of those that were read
    /// @param compressNanos processor time that compressing took
    /// @param expandNanos   processor time that expanding took
    public record Compressed(
            long triedBytes,
            long contentBytes,
            long storedBytes,
            long expandedBytes,
            long compressNanos,
            long expandNanos) {
        public static final Compressed NONE = new Compressed(0, 0, 0, 0, 0, 0);
    }
}

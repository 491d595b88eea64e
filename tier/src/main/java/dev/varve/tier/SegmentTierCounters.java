package dev.varve.tier;

import dev.varve.tier.DutyMeter.Duty;

/// What a segment tier did since it was opened.
///
/// @param contentBytesWritten bytes of block content written
/// @param deviceBytesWritten  the same with headers, padding and directories
/// @param bytesRead           bytes read from the device, padding included
/// @param reads               number of block reads
/// @param corruptReads        reads and entries whose check failed
/// @param failedTransfers     transfers that the device refused
/// @param overdueOperations   operations that were given up because the device did not answer
/// @param unwell              whether it does not answer now
/// @param duty                how long the device could have slept
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
        Duty duty) {}

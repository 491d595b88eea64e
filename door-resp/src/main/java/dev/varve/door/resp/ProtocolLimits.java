package dev.varve.door.resp;

/// What the parser lets through.
///
/// @param maxBulkBytes   longest argument
/// @param maxArguments   most arguments
/// @param maxLineBytes   longest inline command or length line
/// @param streamAbove    values longer than this go to the engine as they arrive
/// @param guestArguments most arguments before authentication
/// @param guestBulkBytes longest argument before authentication
///
/// Immutable.
record ProtocolLimits(
        long maxBulkBytes,
        int maxArguments,
        int maxLineBytes,
        int streamAbove,
        int guestArguments,
        int guestBulkBytes) {

    /// Redis's own limits for guests. Values up to 2 KiB are cheaper to copy than to stream.
    static ProtocolLimits of(RespSettings settings) {
        return new ProtocolLimits(
                settings.maxBulkBytes(), settings.maxArguments(), settings.maxInlineBytes(),
                2 << 10, 10, 16 << 10);
    }
}

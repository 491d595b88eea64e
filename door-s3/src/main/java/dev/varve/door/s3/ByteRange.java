package dev.varve.door.s3;

import java.util.Optional;

/// A part of an object's bytes.
///
/// Immutable.
///
/// @param offset      the first byte
/// @param lengthBytes 0 for the whole of an empty object, else at least 1
record ByteRange(long offset, long lengthBytes) {

    static ByteRange whole(long sizeBytes) {
        return new ByteRange(0, sizeBytes);
    }

    /// What a Range header asks of an object of this size; empty where the whole object is the
    /// answer: without a header, with one that is not understood, and with one of several ranges.
    ///
    /// @throws S3Exception InvalidRange where no byte lies in the range
    static Optional<ByteRange> parse(Optional<String> header, long sizeBytes) {
        var spec = header.filter(h -> h.startsWith("bytes=")).map(h -> h.substring(6).strip());
        if (spec.isEmpty()) {
            return Optional.empty();
        }
        int dash = spec.get().indexOf('-');
        if (dash < 0) {
            return Optional.empty();
        }
        var first = number(spec.get().substring(0, dash));
        var last = number(spec.get().substring(dash + 1));
        boolean fromEnd = dash == 0;
        boolean open = dash == spec.get().length() - 1;
        if (fromEnd ? last < 0 : first < 0 || (!open && last < first)) {
            return Optional.empty();
        }
        long from = fromEnd ? Math.max(0, sizeBytes - last) : first;
        long to = fromEnd || open ? sizeBytes - 1 : Math.min(last, sizeBytes - 1);
        if (from >= sizeBytes) {
            throw S3Error.INVALID_RANGE.exception()
                    .detail("RangeRequested", header.orElse(""))
                    .detail("ActualObjectSize", Long.toString(sizeBytes))
                    .header("content-range", "bytes */" + sizeBytes);
        }
        return Optional.of(new ByteRange(from, to - from + 1));
    }

    /// As the answer's Content-Range has it.
    String contentRange(long sizeBytes) {
        return "bytes " + offset + '-' + (offset + lengthBytes - 1) + '/' + sizeBytes;
    }

    /// -1 where the text is no number; numbers too large to be one are the largest.
    private static long number(String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }
}

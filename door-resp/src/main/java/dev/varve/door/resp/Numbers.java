package dev.varve.door.resp;

import java.util.OptionalLong;

/// Whole numbers as Redis reads them from text: no sign but a minus, no leading zeros, no blanks.
final class Numbers {
    private static final int MAX_DIGITS = 20;

    private Numbers() {}

    static OptionalLong parse(byte[] text) {
        return parse(text, 0, text.length);
    }

    /// Reads the number in `text` from `from` to before `to`.
    static OptionalLong parse(byte[] text, int from, int to) {
        int length = to - from;
        if (length == 0 || length > MAX_DIGITS) {
            return OptionalLong.empty();
        }
        if (length == 1 && text[from] == '0') {
            return OptionalLong.of(0);
        }
        boolean negative = text[from] == '-';
        int at = negative ? from + 1 : from;
        if (at == to || text[at] < '1' || text[at] > '9') {
            return OptionalLong.empty();
        }
        // Counted downwards, because the least number has no positive twin.
        long value = 0;
        for (; at < to; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9
                    || value < (Long.MIN_VALUE + digit) / 10
                    || (!negative && value < (-Long.MAX_VALUE + digit) / 10)) {
                return OptionalLong.empty();
            }
            value = value * 10 - digit;
        }
        return OptionalLong.of(negative ? value : -value);
    }
}

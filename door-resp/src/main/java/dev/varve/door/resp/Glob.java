package dev.varve.door.resp;

import dev.varve.engine.ObjectKey;
import java.util.Arrays;

/// Key patterns as Redis matches them, byte by byte: `*`, `?`, `[a-z]`, `[^a]`, and `\` before a
/// byte that means itself.
///
/// Takes time proportional to the lengths' product at worst: only the last star is ever tried anew,
/// because what an earlier one could still take, the later one can take as well.
final class Glob {
    private final byte[] pattern;
    private int at;

    private Glob(byte[] pattern) {
        this.pattern = pattern;
    }

    /// Whether all of `text` matches.
    static boolean matches(byte[] pattern, byte[] text) {
        var glob = new Glob(pattern);
        int starAt = -1;
        int starText = 0;
        int position = 0;
        while (position < text.length) {
            if (glob.atStar()) {
                starAt = glob.at;
                starText = position;
            } else if (glob.at < pattern.length && glob.takes(text[position])) {
                position++;
            } else if (starAt >= 0) {
                glob.at = starAt;
                position = ++starText;
            } else {
                return false;
            }
        }
        glob.atStar();
        return glob.at == pattern.length;
    }

    /// What each key that matches begins with.
    static ObjectKey prefix(byte[] pattern) {
        int length = 0;
        while (length < pattern.length && length < ObjectKey.MAX_BYTES
                && "*?[\\".indexOf(pattern[length]) < 0) {
            length++;
        }
        return ObjectKey.of(Arrays.copyOf(pattern, length));
    }

    /// Skips stars, if there are any here.
    private boolean atStar() {
        int before = at;
        while (at < pattern.length && pattern[at] == '*') {
            at++;
        }
        return at > before;
    }

    /// Whether the next element matches a byte; moves past the element.
    private boolean takes(byte b) {
        byte p = pattern[at++];
        return switch (p) {
            case '?' -> true;
            case '[' -> oneOf(b);
            case '\\' -> (at < pattern.length ? pattern[at++] : p) == b;
            default -> p == b;
        };
    }

    /// The inside of brackets; those that nobody closes end with the pattern.
    private boolean oneOf(byte b) {
        boolean not = at < pattern.length && pattern[at] == '^';
        if (not) {
            at++;
        }
        boolean found = false;
        while (at < pattern.length && pattern[at] != ']') {
            if (pattern[at] == '\\' && at + 1 < pattern.length) {
                found |= pattern[at + 1] == b;
                at += 2;
            } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
                int low = Math.min(pattern[at] & 0xff, pattern[at + 2] & 0xff);
                int high = Math.max(pattern[at] & 0xff, pattern[at + 2] & 0xff);
                found |= low <= (b & 0xff) && (b & 0xff) <= high;
                at += 3;
            } else {
                found |= pattern[at++] == b;
            }
        }
        at = Math.min(at + 1, pattern.length);
        return found != not;
    }
}

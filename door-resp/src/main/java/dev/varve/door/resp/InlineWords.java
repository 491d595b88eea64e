package dev.varve.door.resp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Splits an inline command into words as Redis does: at blanks, with `"..."` (escapes `\n \r \t \b
/// \a \xHH`) and `'...'` (escape `\'`), where a closing quote must end its word.
final class InlineWords {
    private final byte[] line;
    private int at;

    private InlineWords(byte[] line) {
        this.line = line;
    }

    /// The words of a line; empty if its quotes do not match.
    static Optional<List<byte[]>> split(byte[] line) {
        return new InlineWords(line).words();
    }

    private Optional<List<byte[]>> words() {
        var words = new ArrayList<byte[]>();
        while (true) {
            while (at < line.length && isSpace(line[at])) {
                at++;
            }
            if (at == line.length) {
                return Optional.of(words);
            }
            var word = new ByteArrayOutputStream();
            if (!word(word)) {
                return Optional.empty();
            }
            words.add(word.toByteArray());
        }
    }

    private boolean word(ByteArrayOutputStream word) {
        while (at < line.length && !isSpace(line[at]) && line[at] != 0) {
            byte b = line[at++];
            if (b == '"' || b == '\'') {
                boolean closed = b == '"' ? doubleQuoted(word) : singleQuoted(word);
                if (!closed || (at < line.length && !isSpace(line[at]))) {
                    return false;
                }
            } else {
                word.write(b);
            }
        }
        if (at < line.length && line[at] == 0) {
            at = line.length;
        }
        return true;
    }

    private boolean doubleQuoted(ByteArrayOutputStream word) {
        while (at < line.length) {
            byte b = line[at++];
            if (b == '"') {
                return true;
            }
            if (b != '\\' || at == line.length) {
                word.write(b);
            } else if (line[at] == 'x' && at + 2 < line.length
                    && isHex(line[at + 1]) && isHex(line[at + 2])) {
                word.write(Character.digit(line[at + 1], 16) << 4
                        | Character.digit(line[at + 2], 16));
                at += 3;
            } else {
                word.write(unescape(line[at++]));
            }
        }
        return false;
    }

    private boolean singleQuoted(ByteArrayOutputStream word) {
        while (at < line.length) {
            byte b = line[at++];
            if (b == '\'') {
                return true;
            }
            if (b == '\\' && at < line.length && line[at] == '\'') {
                b = line[at++];
            }
            word.write(b);
        }
        return false;
    }

    private static byte unescape(byte b) {
        return switch (b) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 0x07;
            default -> b;
        };
    }

    private static boolean isHex(byte b) {
        return Character.digit(b, 16) >= 0;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }
}

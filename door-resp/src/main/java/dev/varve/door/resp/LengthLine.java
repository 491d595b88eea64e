package dev.varve.door.resp;

import io.netty.buffer.ByteBuf;
import java.util.OptionalLong;

/// A line of the form `*3` or `$5`, gathered byte by byte. Ends with a CR and one byte more, which
/// Redis does not look at either.
///
/// Confined to its parser.
final class LengthLine {
    /// More than any number needs; what is longer is no number.
    private static final int KEPT_BYTES = 24;

    private final byte[] kept = new byte[KEPT_BYTES];
    private int length;
    private boolean ended;

    /// Forgets the last line.
    void begin() {
        length = 0;
        ended = false;
    }

    /// Takes bytes from `input` (borrowed) up to the end of the line.
    ///
    /// @return whether the line is complete
    boolean fill(ByteBuf input) {
        while (input.isReadable()) {
            byte b = input.readByte();
            if (ended) {
                return true;
            }
            if (b == '\r') {
                ended = true;
            } else {
                if (length < KEPT_BYTES) {
                    kept[length] = b;
                }
                length++;
            }
        }
        return false;
    }

    /// Bytes of the line so far, without its end.
    int length() {
        return length;
    }

    /// The first byte; a CR in an empty line.
    byte first() {
        return length == 0 ? (byte) '\r' : kept[0];
    }

    /// The number behind the first byte, if it is one.
    OptionalLong number() {
        return length == 0 || length > KEPT_BYTES
                ? OptionalLong.empty()
                : Numbers.parse(kept, 1, length);
    }
}

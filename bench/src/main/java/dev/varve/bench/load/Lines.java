package dev.varve.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Lines that end with CR LF, and numbers as text.
///
/// Immutable.
final class Lines {
    private Lines() {}

    /// The next line without its end, `in` (borrowed) left behind it; empty, and nothing consumed,
    /// if it has not ended yet.
    static Optional<String> next(ByteBuffer in) {
        for (int i = in.position() + 1; i < in.limit(); i++) {
            if (in.get(i) == '\n' && in.get(i - 1) == '\r') {
                var line = new byte[i - 1 - in.position()];
                in.get(line);
                in.position(i + 1);
                return Optional.of(new String(line, StandardCharsets.ISO_8859_1));
            }
        }
        return Optional.empty();
    }

    static void write(ByteBuffer out, String text) {
        out.put(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// The name of a key in all dialects: 20 characters that no protocol escapes.
    static String keyName(long key) {
        return String.format("bench-%014d", key);
    }
}

package dev.varve.door.resp;

import dev.varve.engine.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Where walks over the keys have stopped.
///
/// The protocol's cursor is a number, our position is a key. So the last positions are kept under
/// numbers, which any connection may come back to; the one not used for longest is forgotten first,
/// and a forgotten number is an error, never a walk that leaves keys out.
///
/// Thread-safe: one lock, held for a map access.
final class ScanCursors {
    private static final int MOST = 4096;

    private final Map<Long, ObjectKey> positions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, ObjectKey> eldest) {
            return size() > MOST;
        }
    };
    private long last;

    /// The cursor that a client sent: a number without sign, or nothing, which means 0.
    static OptionalLong parse(byte[] text) {
        if (text.length == 0) {
            return OptionalLong.of(0);
        }
        try {
            return OptionalLong.of(Long.parseUnsignedLong(
                    new String(text, StandardCharsets.ISO_8859_1)));
        } catch (NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    /// Keeps a position.
    ///
    /// @param key the last key that was looked at
    /// @return its number, never 0
    synchronized long remember(ObjectKey key) {
        last++;
        positions.put(last, key);
        return last;
    }

    /// The last key that was looked at, unless it was forgotten.
    synchronized Optional<ObjectKey> position(long cursor) {
        return Optional.ofNullable(positions.get(cursor));
    }
}

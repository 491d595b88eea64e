package dev.varve.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// LMCache's Redis connector keeps a chunk under two keys, `…metadata` (28 bytes, asked for by
/// EXISTS) and `…kv_bytes`, written in the opposite order. One without the other is worth nothing,
/// so a cache keeps them together: the *label* stays as long as the *body*, leaves with it, and is
/// not shown without it.
final class Pairs {
    private static final byte[] LABEL = "metadata".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BODY = "kv_bytes".getBytes(StandardCharsets.US_ASCII);

    private Pairs() {}

    /// The body's key, if this is the key of a label.
    static Optional<ObjectKey> bodyOf(ObjectKey key) {
        return partner(key, LABEL, BODY);
    }

    /// The label's key, if this is the key of a body.
    static Optional<ObjectKey> labelOf(ObjectKey key) {
        return partner(key, BODY, LABEL);
    }

    private static Optional<ObjectKey> partner(ObjectKey key, byte[] from, byte[] to) {
        byte[] name = key.bytes();
        int stem = name.length - from.length;
        if (stem <= 0 || !Arrays.equals(name, stem, name.length, from, 0, from.length)) {
            return Optional.empty();
        }
        byte[] other = Arrays.copyOf(name, stem + to.length);
        System.arraycopy(to, 0, other, stem, to.length);
        return Optional.of(ObjectKey.of(other));
    }
}

package dev.varve.door.s3;

import java.nio.ByteBuffer;

/// Takes bytes one piece after the other.
@FunctionalInterface
interface ByteSink {
    /// @param bytes borrowed; read from its position to its limit
    void accept(ByteBuffer bytes);
}

package dev.varve.door.s3;

import dev.varve.env.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/// What all connections share.
///
/// Thread-safe.
///
/// @param ids     the last request id that was given out
/// @param newClient numbers for connections, for [dev.varve.engine.Bucket#as]
/// @param closing set when the door closes: each request is its connection's last
record DoorParts(
        S3Service service,
        S3Settings settings,
        S3Metrics metrics,
        Clock clock,
        AtomicLong ids,
        IntSupplier newClient,
        AtomicBoolean closing) {

    String nextRequestId() {
        return "%016X".formatted(ids.incrementAndGet());
    }

    boolean isClosing() {
        return closing.get();
    }
}

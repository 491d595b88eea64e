package dev.varve.engine;

import java.util.concurrent.atomic.LongAdder;

/// Content bytes that moved for a bucket or a share, since it was opened.
///
/// @param memoryRead   handed out from memory
/// @param flashRead    handed out after a read of flash
/// @param written      taken in
/// @param flashWritten written to flash for the first time
///
/// Thread-safe.
record Traffic(
        LongAdder memoryRead,
        LongAdder flashRead,
        LongAdder written,
        LongAdder flashWritten) {
    Traffic() {
        this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
}

package dev.varve.trace;

/// Where things are in a trace file. Little-endian; offsets and lengths in bytes. Drawn in
/// `docs/format-trace.md`.
final class TraceLayout {
    /// "VARVETRC".
    static final long MAGIC = 0x4352_5445_5652_4156L;
    static final int FORMAT = 1;

    static final int HEADER_BYTES = 48;
    static final int HEADER_FORMAT = 8;
    static final int HEADER_LENGTH = 12;
    static final int HEADER_RATE = 16;
    static final int HEADER_START_MILLIS = 24;
    static final int HEADER_CRC = 44;

    /// "VTBK".
    static final int BLOCK_MAGIC = 0x4b42_5456;
    static final int BLOCK_HEAD_BYTES = 32;
    static final int BLOCK_KIND = 4;
    static final int BLOCK_LENGTH = 8;
    static final int BLOCK_EVENTS = 12;
    static final int BLOCK_TIME = 16;
    static final int BLOCK_DROPPED = 24;
    static final int BLOCK_CRC = 28;

    static final int KIND_EVENTS = 0;
    static final int KIND_END = 1;

    /// A writer ends a block that has reached this length.
    static final int FULL_BLOCK_BYTES = 64 << 10;
    /// The longest payload that a reader accepts.
    static final int MAX_BLOCK_BYTES = 1 << 20;
    /// The longest event: its head, and six numbers of at most ten bytes, one of them plain.
    static final int MAX_EVENT_BYTES = 1 + 6 * 10 + Long.BYTES;
    /// The shortest: its head, a time and a key.
    static final int MIN_EVENT_BYTES = 3;

    static final int EVENT_OPERATION = 0b111;
    static final int EVENT_PLACE = 1 << 3;
    static final int EVENT_CONNECTION = 1 << 4;
    static final int EVENT_SIZE = 1 << 5;
    static final int EVENT_UNUSED = 0b11 << 6;

    private TraceLayout() {}
}

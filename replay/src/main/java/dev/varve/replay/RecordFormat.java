package dev.varve.replay;

import dev.varve.replay.TraceRequest.Operation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;

/// Formats of binary records of equal length.
enum RecordFormat {
    /// libCacheSim: time in seconds, key, size, and when the key comes next, which nobody needs.
    ORACLE_GENERAL(24, ByteOrder.LITTLE_ENDIAN,
            it -> TraceRequest.access(Integer.toUnsignedLong(it.getInt(0)) * 1000,
                    Operation.FETCH, Integer.toUnsignedLong(it.getInt(12)), it.getLong(4))),

    LONGS(Long.BYTES, ByteOrder.BIG_ENDIAN,
            it -> TraceRequest.access(
                    0, Operation.FETCH, TraceRequest.SIZE_UNKNOWN, it.getLong(0))),

    INTS(Integer.BYTES, ByteOrder.BIG_ENDIAN,
            it -> TraceRequest.access(0, Operation.FETCH, TraceRequest.SIZE_UNKNOWN,
                    Integer.toUnsignedLong(it.getInt(0))));

    private static final int NEXT_OFFSET = 16;

    private final int lengthBytes;
    @SuppressWarnings("ImmutableEnumChecker") // a constant without state
    private final ByteOrder order;
    @SuppressWarnings("ImmutableEnumChecker") // functions of their argument alone
    private final Function<ByteBuffer, TraceRequest> reader;

    RecordFormat(int lengthBytes, ByteOrder order, Function<ByteBuffer, TraceRequest> reader) {
        this.lengthBytes = lengthBytes;
        this.order = order;
        this.reader = reader;
    }

    int lengthBytes() {
        return lengthBytes;
    }

    TraceRequest read(byte[] record) {
        return reader.apply(ByteBuffer.wrap(record).order(order));
    }

    /// Whether a file could begin so: times do not go back, and each key comes next either never
    /// or after now.
    static boolean isOracleGeneral(byte[] beginning) {
        int count = beginning.length / ORACLE_GENERAL.lengthBytes;
        long before = 0;
        var records = ByteBuffer.wrap(beginning).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            int at = i * ORACLE_GENERAL.lengthBytes;
            long time = Integer.toUnsignedLong(records.getInt(at));
            long next = records.getLong(at + NEXT_OFFSET);
            // Never is -1, or the greatest number there is; numbers begin with 0 or with 1.
            if (time < before || next < -1 || (next >= 0 && next <= i)) {
                return false;
            }
            before = time;
        }
        return count > 0;
    }
}

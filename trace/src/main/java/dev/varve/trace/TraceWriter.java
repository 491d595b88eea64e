package dev.varve.trace;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/// Writes a trace. A block is written when it is full, or when [#flush] asks for it; what was
/// written can be read whatever happens next.
///
/// Confined to one thread at a time.
public final class TraceWriter {
    private final OutputStream out;
    private final byte[] headBytes = new byte[TraceLayout.BLOCK_HEAD_BYTES];
    private final ByteBuffer head = view(headBytes);
    private final byte[] payloadBytes = new byte[TraceLayout.FULL_BLOCK_BYTES
            + TraceLayout.MAX_EVENT_BYTES];
    private final ByteBuffer payload = view(payloadBytes);
    private final Map<Long, Integer> numbers = new HashMap<>();
    private long[] sizes = new long[256];
    private int events;
    private long droppedEvents;
    private long blockMicros;
    private long lastMicros;
    private int bucket;
    private int tenant;
    private int connection;

    /// Writes the header.
    ///
    /// @param out borrowed
    /// @throws StorageException UNAVAILABLE if it cannot be written, as all methods
    public TraceWriter(OutputStream out, TraceHeader header) {
        this.out = out;
        var bytes = new byte[TraceLayout.HEADER_BYTES];
        var fields = view(bytes)
                .putLong(0, TraceLayout.MAGIC)
                .putInt(TraceLayout.HEADER_FORMAT, TraceLayout.FORMAT)
                .putInt(TraceLayout.HEADER_LENGTH, TraceLayout.HEADER_BYTES)
                .putDouble(TraceLayout.HEADER_RATE, header.rate())
                .putLong(TraceLayout.HEADER_START_MILLIS, header.startMillis());
        var crc = new CRC32C();
        crc.update(bytes, 0, TraceLayout.HEADER_CRC);
        fields.putInt(TraceLayout.HEADER_CRC, (int) crc.getValue());
        write(bytes, TraceLayout.HEADER_BYTES);
    }

    /// Takes an event. One that is earlier than the one before is written as of the same time.
    public void append(TraceEvent event) {
        long now = Math.max(lastMicros, event.timeMicros());
        if (events == 0) {
            blockMicros = now;
            lastMicros = now;
        }
        int start = payload.position();
        payload.put((byte) 0);
        putNumber(now - lastMicros);
        lastMicros = now;
        int flags = event.operation().code();
        int number = putKey(event.keyHash());
        if (event.operation().isSized() && sizes[number] != event.sizeBytes()) {
            flags |= TraceLayout.EVENT_SIZE;
            putNumber(event.sizeBytes());
            sizes[number] = event.sizeBytes();
        }
        if (event.bucket() != bucket || event.tenant() != tenant) {
            flags |= TraceLayout.EVENT_PLACE;
            bucket = event.bucket();
            tenant = event.tenant();
            putNumber(bucket);
            putNumber(tenant);
        }
        if (event.connection() != connection) {
            flags |= TraceLayout.EVENT_CONNECTION;
            connection = event.connection();
            putNumber(connection);
        }
        payload.put(start, (byte) flags);
        events++;
        if (payload.position() >= TraceLayout.FULL_BLOCK_BYTES) {
            writeBlock(TraceLayout.KIND_EVENTS);
        }
    }

    /// Notes that so many events of the sample are missing here.
    public void dropped(long count) {
        droppedEvents += count;
    }

    /// Writes what has come so far, if only that nothing has.
    public void flush() {
        writeBlock(TraceLayout.KIND_EVENTS);
        try {
            out.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Writes the rest and the mark that nothing is missing. Nothing may be appended after it.
    public void end() {
        if (events > 0) {
            writeBlock(TraceLayout.KIND_EVENTS);
        }
        writeBlock(TraceLayout.KIND_END);
        try {
            out.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Writes a key: how many other keys of this block came new since it did, plus 1; or 0 and the
    /// hash, if it is new itself.
    ///
    /// @return its number in the block
    private int putKey(long hash) {
        int count = numbers.size();
        var known = numbers.get(hash);
        if (known != null) {
            putNumber(count - known);
            return known;
        }
        putNumber(0);
        payload.putLong(hash);
        numbers.put(hash, count);
        if (count == sizes.length) {
            sizes = Arrays.copyOf(sizes, 2 * count);
        }
        sizes[count] = 0;
        return count;
    }

    private void putNumber(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            payload.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        payload.put((byte) rest);
    }

    private void writeBlock(int kind) {
        int length = payload.position();
        int dropped = (int) Math.min(droppedEvents, Integer.MAX_VALUE);
        head.putInt(0, TraceLayout.BLOCK_MAGIC)
                .putInt(TraceLayout.BLOCK_KIND, kind)
                .putInt(TraceLayout.BLOCK_LENGTH, length)
                .putInt(TraceLayout.BLOCK_EVENTS, events)
                .putLong(TraceLayout.BLOCK_TIME, events == 0 ? lastMicros : blockMicros)
                .putInt(TraceLayout.BLOCK_DROPPED, dropped);
        var crc = new CRC32C();
        crc.update(headBytes, 0, TraceLayout.BLOCK_CRC);
        crc.update(payloadBytes, 0, length);
        head.putInt(TraceLayout.BLOCK_CRC, (int) crc.getValue());
        write(headBytes, TraceLayout.BLOCK_HEAD_BYTES);
        write(payloadBytes, length);
        payload.clear();
        numbers.clear();
        events = 0;
        droppedEvents -= dropped;
        bucket = 0;
        tenant = 0;
        connection = 0;
    }

    private void write(byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static StorageException failed(IOException cause) {
        return new StorageException(
                Kind.UNAVAILABLE, "the trace cannot be written: " + cause.getMessage(), cause);
    }

    private static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}

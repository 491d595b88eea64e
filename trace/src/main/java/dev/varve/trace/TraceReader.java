package dev.varve.trace;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Reads a trace. Takes memory for one block, whatever the file says.
///
/// A file that was cut off is read up to its last whole block, and [#ending] says so. Anything
/// else that is not as it was written is an error.
///
/// Confined to one thread at a time.
public final class TraceReader implements AutoCloseable {
    private final String name;
    private final InputStream source;
    private final TraceHeader header;
    private final byte[] head = new byte[TraceLayout.BLOCK_HEAD_BYTES];
    private byte[] bytes = {};
    private ByteBuffer payload = ByteBuffer.allocate(0);
    private long[] keys = new long[256];
    private long[] sizes = new long[256];
    private int keyCount;
    private int eventsLeft;
    private int bucket;
    private int tenant;
    private int connection;
    private long timeMicros;
    /// Of the block that is being read, and of what follows it.
    private long blockOffset;
    private long offset;
    private long droppedEvents;
    private Ending ending = Ending.NOT_YET;

    /// How a trace ends.
    public enum Ending {
        /// There is more to read.
        NOT_YET,
        /// Its end is marked: nothing is missing.
        WHOLE,
        /// It stops between two blocks or within one.
        CUT_OFF
    }

    /// Reads the header.
    ///
    /// @param name   for messages
    /// @param source owned: closed with the reader
    /// @throws StorageException CONFIG if it is no trace or of another format, CORRUPT if the
    ///         header is damaged, UNAVAILABLE if it cannot be read
    public TraceReader(String name, InputStream source) {
        this.name = name;
        this.source = source;
        header = readHeader();
    }

    /// Whether a file that begins so is a trace.
    public static boolean isTrace(byte[] beginning) {
        return beginning.length >= Long.BYTES
                && view(beginning).getLong(0) == TraceLayout.MAGIC;
    }

    public TraceHeader header() {
        return header;
    }

    /// The next event; empty at the end, and from then on.
    ///
    /// @throws StorageException CORRUPT if a block is damaged, with its offset; UNAVAILABLE if the
    ///         file cannot be read
    public Optional<TraceEvent> next() {
        while (eventsLeft == 0) {
            if (ending != Ending.NOT_YET || !readBlock()) {
                return Optional.empty();
            }
        }
        var event = readEvent();
        eventsLeft--;
        if (eventsLeft == 0 && payload.hasRemaining()) {
            throw damaged("has " + payload.remaining() + " bytes after its last event");
        }
        return Optional.of(event);
    }

    /// How it ends, once [#next] was empty.
    public Ending ending() {
        return ending;
    }

    /// How many events the recorder says it had to drop, as far as was read.
    public long droppedEvents() {
        return droppedEvents;
    }

    /// The file's length up to the last whole block, as far as was read.
    public long wholeBytes() {
        return offset;
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private TraceHeader readHeader() {
        var bytesOfHeader = new byte[TraceLayout.HEADER_BYTES];
        int length = read(bytesOfHeader, TraceLayout.HEADER_BYTES);
        var fields = view(bytesOfHeader);
        if (fields.getLong(0) != TraceLayout.MAGIC) {
            throw new StorageException(Kind.CONFIG, name + " is not a trace of varve trace record");
        }
        if (length < TraceLayout.HEADER_BYTES) {
            throw new StorageException(
                    Kind.CORRUPT, name + " ends within its header, after " + length + " bytes");
        }
        int format = fields.getInt(TraceLayout.HEADER_FORMAT);
        if (format != TraceLayout.FORMAT) {
            throw new StorageException(Kind.CONFIG, name + " has format " + format
                    + "; this version reads format " + TraceLayout.FORMAT);
        }
        var crc = new CRC32C();
        crc.update(bytesOfHeader, 0, TraceLayout.HEADER_CRC);
        double rate = fields.getDouble(TraceLayout.HEADER_RATE);
        if ((int) crc.getValue() != fields.getInt(TraceLayout.HEADER_CRC)
                || fields.getInt(TraceLayout.HEADER_LENGTH) != TraceLayout.HEADER_BYTES
                || !(rate > 0 && rate <= 1)) {
            throw new StorageException(Kind.CORRUPT, "the header of " + name + " is damaged");
        }
        offset = TraceLayout.HEADER_BYTES;
        return new TraceHeader(rate, fields.getLong(TraceLayout.HEADER_START_MILLIS));
    }

    /// @return false at the end
    private boolean readBlock() {
        blockOffset = offset;
        int got = read(head, head.length);
        var fields = view(head);
        if (got < head.length) {
            ending = Ending.CUT_OFF;
            return false;
        }
        int length = fields.getInt(TraceLayout.BLOCK_LENGTH);
        int count = fields.getInt(TraceLayout.BLOCK_EVENTS);
        if (fields.getInt(0) != TraceLayout.BLOCK_MAGIC
                || length < 0 || length > TraceLayout.MAX_BLOCK_BYTES) {
            throw damaged("has no valid head");
        }
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        if (read(bytes, length) < length) {
            ending = Ending.CUT_OFF;
            return false;
        }
        var crc = new CRC32C();
        crc.update(head, 0, TraceLayout.BLOCK_CRC);
        crc.update(bytes, 0, length);
        if ((int) crc.getValue() != fields.getInt(TraceLayout.BLOCK_CRC)) {
            throw damaged("has the wrong checksum");
        }
        int kind = fields.getInt(TraceLayout.BLOCK_KIND);
        long time = fields.getLong(TraceLayout.BLOCK_TIME);
        int dropped = fields.getInt(TraceLayout.BLOCK_DROPPED);
        boolean fits = count >= 0 && (long) count * TraceLayout.MIN_EVENT_BYTES <= length
                && (count > 0) == (length > 0) && time >= timeMicros && dropped >= 0
                && (kind == TraceLayout.KIND_EVENTS
                        || (kind == TraceLayout.KIND_END && count == 0));
        if (!fits) {
            throw damaged("has a head that cannot be");
        }
        begin(length, count, time);
        droppedEvents += dropped;
        offset += (long) head.length + length;
        return kind == TraceLayout.KIND_EVENTS || atEnd();
    }

    private void begin(int length, int count, long time) {
        payload = view(bytes).limit(length);
        eventsLeft = count;
        timeMicros = time;
        keyCount = 0;
        bucket = 0;
        tenant = 0;
        connection = 0;
    }

    private boolean atEnd() {
        if (read(head, 1) > 0) {
            throw damaged("is the last, and more follows");
        }
        ending = Ending.WHOLE;
        return false;
    }

    private TraceEvent readEvent() {
        int flags = octet();
        int code = flags & TraceLayout.EVENT_OPERATION;
        if (code >= TraceEvent.Operation.count() || (flags & TraceLayout.EVENT_UNUSED) != 0) {
            throw damaged("has an unknown event");
        }
        var operation = TraceEvent.Operation.ofCode(code);
        timeMicros += number(Long.MAX_VALUE - timeMicros);
        int key = readKey();
        if ((flags & TraceLayout.EVENT_SIZE) != 0) {
            sizes[key] = number(Long.MAX_VALUE);
        }
        if ((flags & TraceLayout.EVENT_PLACE) != 0) {
            bucket = (int) number(Integer.MAX_VALUE);
            tenant = (int) number(Integer.MAX_VALUE);
        }
        if ((flags & TraceLayout.EVENT_CONNECTION) != 0) {
            connection = (int) number(Integer.MAX_VALUE);
        }
        return new TraceEvent(timeMicros, operation, keys[key],
                operation.isSized() ? sizes[key] : 0, bucket, tenant, connection);
    }

    /// @return the key's number in the block
    private int readKey() {
        int back = (int) number(keyCount);
        if (back > 0) {
            return keyCount - back;
        }
        if (payload.remaining() < Long.BYTES) {
            throw damaged("ends within an event");
        }
        if (keyCount == keys.length) {
            keys = Arrays.copyOf(keys, 2 * keyCount);
            sizes = Arrays.copyOf(sizes, 2 * keyCount);
        }
        keys[keyCount] = payload.getLong();
        sizes[keyCount] = 0;
        return keyCount++;
    }

    private long number(long max) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
            int next = octet();
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                if (value > max) {
                    throw damaged("has a number (" + value + ") above " + max);
                }
                return value;
            }
        }
        throw damaged("has a number of more than 63 bits");
    }

    private int octet() {
        if (!payload.hasRemaining()) {
            throw damaged("ends within an event");
        }
        return payload.get() & 0xff;
    }

    /// @return how many bytes there were, fewer than `length` only at the end
    private int read(byte[] target, int length) {
        try {
            return source.readNBytes(target, 0, length);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private StorageException damaged(String how) {
        return new StorageException(Kind.CORRUPT,
                "the block at offset " + blockOffset + " of " + name + " " + how);
    }

    private StorageException unreadable(IOException cause) {
        return new StorageException(Kind.UNAVAILABLE,
                name + " cannot be read from offset " + offset + " on: " + cause.getMessage(),
                cause);
    }

    private static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}

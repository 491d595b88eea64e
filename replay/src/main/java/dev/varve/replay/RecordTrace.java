package dev.varve.replay;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A trace of binary records, each an access.
///
/// Confined to one thread at a time.
final class RecordTrace implements Traffic {
    private final String name;
    private final InputStream source;
    private final RecordFormat format;
    private final byte[] bytes;
    private long offset;

    /// @param source owned: closed with the trace
    RecordTrace(String name, InputStream source, RecordFormat format) {
        this.name = name;
        this.source = source;
        this.format = format;
        bytes = new byte[format.lengthBytes()];
    }

    @Override
    public Optional<TraceRequest> next() {
        int length;
        try {
            length = source.readNBytes(bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE,
                    name + " cannot be read from offset " + offset + " on: " + e, e);
        }
        if (length > 0 && length < bytes.length) {
            throw new StorageException(Kind.CONFIG, "the record at offset " + offset + " of " + name
                    + " must have " + bytes.length + " bytes, has " + length);
        }
        offset += length;
        return length == 0 ? Optional.empty() : Optional.of(format.read(bytes));
    }

    @Override
    public String description() {
        return "replayed from " + name;
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE, name + " cannot be closed: " + e, e);
        }
    }
}

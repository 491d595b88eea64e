package dev.varve.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// A trace in the format of kvcache-ai/Mooncake (FAST 2025): one JSON object a line, with
/// `timestamp` in milliseconds, `input_length` and `output_length` in tokens, and `hash_ids`, one
/// for each block of 512 tokens. Other fields and empty lines are skipped.
///
/// An id is any number of 64 bits, signed or not. Reads line by line, so a trace may be of any
/// length.
///
/// Confined to one thread at a time.
public final class MooncakeTrace implements Traffic {
    /// The longest line that is accepted: over 100,000 ids.
    static final int MAX_LINE_BYTES = 1 << 20;

    /// The largest range of whole numbers that JSON writers keep exact.
    private static final long MAX_MILLIS = 1L << 53;

    private static final JsonFactory JSON = new JsonFactory();

    private final String name;
    private final InputStream source;
    private final byte[] buffer = new byte[1 << 16];
    private int bufferAt;
    private int bufferEnd;
    private byte[] line = new byte[1 << 12];
    private int lineNumber;

    /// @param name   for messages
    /// @param source owned: closed with the trace
    MooncakeTrace(String name, InputStream source) {
        this.name = name;
        this.source = source;
    }

    /// Opens a trace file.
    ///
    /// @throws StorageException ABSENT if there is none, UNAVAILABLE if it cannot be read
    public static MooncakeTrace open(Path file) {
        try {
            return new MooncakeTrace(file.toString(), Files.newInputStream(file));
        } catch (NoSuchFileException e) {
            throw new StorageException(
                    Kind.ABSENT, "trace file " + file + " does not exist", e);
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNAVAILABLE, "trace file " + file + " cannot be read: " + e, e);
        }
    }

    @Override
    public Optional<TraceRequest> next() {
        for (int length; (length = readLine()) >= 0;) {
            if (!isBlank(length)) {
                return Optional.of(parse(length));
            }
        }
        return Optional.empty();
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

    /// Reads a line into `line`.
    ///
    /// @return its length without the end of line, or -1 at the end of the trace
    private int readLine() {
        int length = 0;
        while (bufferAt < bufferEnd || fill()) {
            byte b = buffer[bufferAt++];
            if (b == '\n') {
                lineNumber++;
                return length;
            }
            if (length == line.length) {
                if (length == MAX_LINE_BYTES) {
                    lineNumber++;
                    throw malformed("must not be longer than " + MAX_LINE_BYTES + " bytes");
                }
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = b;
        }
        lineNumber++;
        return length > 0 ? length : -1;
    }

    private boolean fill() {
        try {
            bufferAt = 0;
            bufferEnd = Math.max(0, source.read(buffer));
            return bufferEnd > 0;
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE,
                    "line " + (lineNumber + 1) + " of " + name + " cannot be read: " + e, e);
        }
    }

    private boolean isBlank(int length) {
        for (int i = 0; i < length; i++) {
            if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private TraceRequest parse(int length) {
        try (var json = JSON.createParser(line, 0, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("must be a JSON object, one a line");
            }
            var fields = new Fields();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                readField(json, fields);
            }
            if (json.nextToken() != null) {
                throw malformed("must end with its object");
            }
            return fields.request(this);
        } catch (JsonProcessingException e) {
            throw notJson(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw notJson(String.valueOf(e.getMessage()), e);
        }
    }

    private void readField(JsonParser json, Fields fields) throws IOException {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
            case "timestamp" -> fields.timestamp = number(json, field, MAX_MILLIS);
            case "input_length" -> fields.input = number(json, field, Integer.MAX_VALUE);
            case "output_length" -> fields.output = number(json, field, Integer.MAX_VALUE);
            case "hash_ids" -> readIds(json, fields);
            default -> json.skipChildren();
        }
    }

    private long number(JsonParser json, String field, long max) throws IOException {
        if (json.currentToken().isNumeric()) {
            // Some tools write whole numbers as 27000.0.
            double value = json.getDoubleValue();
            if (value >= 0 && value <= max) {
                return json.getLongValue();
            }
        }
        throw malformed(
                field + " must be a number from 0 to " + max + ", is " + shown(json));
    }

    private void readIds(JsonParser json, Fields fields) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw malformed("hash_ids must be an array, is " + shown(json));
        }
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (count == fields.ids.length) {
                fields.ids = Arrays.copyOf(fields.ids, 2 * count);
            }
            fields.ids[count++] = id(json);
        }
        fields.idCount = count;
    }

    private long id(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            if (json.getNumberType() != NumberType.BIG_INTEGER) {
                return json.getLongValue();
            }
            var value = json.getBigIntegerValue();
            if (value.signum() > 0 && value.bitLength() <= Long.SIZE) {
                return value.longValue();
            }
        }
        throw malformed("hash_ids must be whole numbers of at most 64 bits, has " + shown(json));
    }

    private static String shown(JsonParser json) throws IOException {
        String text = json.getText();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    private StorageException malformed(String what) {
        return new StorageException(Kind.CONFIG, "line " + lineNumber + " of " + name + " " + what);
    }

    private StorageException notJson(String why, Exception cause) {
        return new StorageException(Kind.CONFIG,
                "line " + lineNumber + " of " + name + " is not JSON: " + why, cause);
    }

    /// The fields of a line, as far as they were read.
    private static final class Fields {
        private static final long MISSING = -1;

        private long timestamp = MISSING;
        private long input = MISSING;
        private long output = MISSING;
        private long[] ids = new long[64];
        private int idCount = -1;

        TraceRequest request(MooncakeTrace trace) {
            require(trace, "timestamp", timestamp);
            require(trace, "input_length", input);
            require(trace, "output_length", output);
            require(trace, "hash_ids", idCount);
            return new TraceRequest(
                    timestamp, (int) input, (int) output, Arrays.copyOf(ids, idCount));
        }

        private static void require(MooncakeTrace trace, String field, long value) {
            if (value == MISSING) {
                throw trace.malformed("must have " + field);
            }
        }
    }
}

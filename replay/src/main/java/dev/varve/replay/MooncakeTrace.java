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
/// for each block of 512 tokens. Other fields and empty lines are skipped. Reads the traces of
/// Qwen-Bailian, too, which have the same fields in other units.
///
/// An id is any number of 64 bits, signed or not. Reads line by line, so a trace may be of any
/// length.
///
/// Confined to one thread at a time.
public final class MooncakeTrace implements Traffic {
    /// The largest range of whole numbers that JSON writers keep exact.
    private static final long MAX_MILLIS = 1L << 53;

    private static final JsonFactory JSON = new JsonFactory();

    private final Lines lines;
    private final Dialect dialect;

    /// Who wrote the lines.
    enum Dialect {
        /// Times in milliseconds, blocks of 512 tokens.
        MOONCAKE(1, TraceRequest.TOKENS_PER_BLOCK),
        /// Alibaba's qwen-bailian-usagetraces (KVCache in the Wild, ATC 2025): times in seconds,
        /// blocks of 16 tokens. Its `chat_id`, `parent_chat_id`, `type` and `turn` say nothing
        /// that the blocks do not.
        QWEN(1000, 16);

        private final int millisPerUnit;
        private final int tokensPerBlock;

        Dialect(int millisPerUnit, int tokensPerBlock) {
            this.millisPerUnit = millisPerUnit;
            this.tokensPerBlock = tokensPerBlock;
        }
    }

    /// @param name   for messages
    /// @param source owned: closed with the trace
    MooncakeTrace(String name, InputStream source) {
        this(new Lines(name, source), Dialect.MOONCAKE);
    }

    /// @param lines owned: closed with the trace
    MooncakeTrace(Lines lines, Dialect dialect) {
        this.lines = lines;
        this.dialect = dialect;
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
        return lines.next() ? Optional.of(parse()) : Optional.empty();
    }

    @Override
    public String description() {
        return "replayed from " + lines.name();
    }

    @Override
    public void close() {
        lines.close();
    }

    private TraceRequest parse() {
        try (var json = JSON.createParser(lines.bytes(), 0, lines.length())) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw lines.malformed("must be a JSON object, one a line");
            }
            var fields = new Fields();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                readField(json, fields);
            }
            if (json.nextToken() != null) {
                throw lines.malformed("must end with its object");
            }
            return fields.request(this);
        } catch (JsonProcessingException e) {
            throw lines.notJson(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw lines.notJson(String.valueOf(e.getMessage()), e);
        }
    }

    private void readField(JsonParser json, Fields fields) throws IOException {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
            case "timestamp" -> fields.timestamp = time(json, field);
            case "input_length" -> fields.input = number(json, field, Integer.MAX_VALUE);
            case "output_length" -> fields.output = number(json, field, Integer.MAX_VALUE);
            case "hash_ids" -> readIds(json, fields);
            default -> json.skipChildren();
        }
    }

    /// Tools write times with fractions, too, of which a millisecond is kept.
    private long time(JsonParser json, String field) throws IOException {
        if (dialect.millisPerUnit == 1) {
            return number(json, field, MAX_MILLIS);
        }
        long max = MAX_MILLIS / dialect.millisPerUnit;
        number(json, field, max);
        return (long) (json.getDoubleValue() * dialect.millisPerUnit);
    }

    private long number(JsonParser json, String field, long max) throws IOException {
        if (json.currentToken().isNumeric()) {
            // Some tools write whole numbers as 27000.0.
            double value = json.getDoubleValue();
            if (value >= 0 && value <= max) {
                return json.getLongValue();
            }
        }
        throw lines.malformed(
                field + " must be a number from 0 to " + max + ", is " + shown(json));
    }

    private void readIds(JsonParser json, Fields fields) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw lines.malformed("hash_ids must be an array, is " + shown(json));
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
        throw lines
                .malformed("hash_ids must be whole numbers of at most 64 bits, has " + shown(json));
    }

    private static String shown(JsonParser json) throws IOException {
        String text = json.getText();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
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
                    timestamp, TraceRequest.Operation.PROMPT, (int) input, (int) output,
                    trace.dialect.tokensPerBlock, Arrays.copyOf(ids, idCount),
                    TraceRequest.SIZE_UNKNOWN, 0);
        }

        private static void require(MooncakeTrace trace, String field, long value) {
            if (value == MISSING) {
                throw trace.lines.malformed("must have " + field);
            }
        }
    }
}

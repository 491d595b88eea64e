package dev.varve.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.replay.MooncakeTrace.Dialect;
import dev.varve.trace.TraceReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/// Opens trace files of any format, and tells formats by how files begin.
public final class TraceFile {
    /// How much of a file is looked at: a line of a language model's trace may be long.
    private static final int LOOKED_AT_BYTES = 1 << 16;
    private static final int LOOKED_AT_LINES = 20;

    private TraceFile() {}

    /// Opens a trace, compressed by gzip or not; the caller closes it.
    ///
    /// @param forced its format; empty to tell it from the content
    /// @throws StorageException ABSENT if there is no file, CONFIG if its format is not known,
    ///         UNAVAILABLE if it cannot be read
    public static Traffic open(Path file, Optional<TraceFormat> forced) {
        InputStream source;
        try {
            source = Files.newInputStream(file);
        } catch (NoSuchFileException e) {
            throw new StorageException(
                    Kind.ABSENT, "trace file " + file + " does not exist", e);
        } catch (IOException e) {
            throw unreadable(file.toString(), e);
        }
        return open(file.toString(), source, forced);
    }

    /// As [#open(Path, Optional)], from a stream.
    ///
    /// @param source owned: closed with the trace, or before this fails
    static Traffic open(String name, InputStream source, Optional<TraceFormat> forced) {
        try {
            var plain = uncompressed(name, source);
            return of(name, plain,
                    forced.isPresent() ? forced.get() : detect(name, beginning(plain)));
        } catch (IOException e) {
            throw closing(source, unreadable(name, e));
        } catch (RuntimeException e) {
            throw closing(source, e);
        }
    }

    private static Traffic of(String name, InputStream source, TraceFormat format) {
        return switch (format) {
            case VARVE -> new RecordedTrace(name, source);
            case MOONCAKE -> new MooncakeTrace(new Lines(name, source), Dialect.MOONCAKE);
            case QWEN -> new MooncakeTrace(new Lines(name, source), Dialect.QWEN);
            case ORACLE_GENERAL -> new RecordTrace(name, source, RecordFormat.ORACLE_GENERAL);
            case LONGS -> new RecordTrace(name, source, RecordFormat.LONGS);
            case INTS -> new RecordTrace(name, source, RecordFormat.INTS);
            case CSV -> TextTrace.ofColumns(new Lines(name, source));
            case LIRS -> TextTrace.of(new Lines(name, source), LineFormat.LIRS);
            case ARC -> TextTrace.of(new Lines(name, source), LineFormat.ARC);
            case ADDRESS -> TextTrace.of(new Lines(name, source), LineFormat.ADDRESS);
            case GRADLE -> TextTrace.of(new Lines(name, source), LineFormat.GRADLE);
            case LRB -> TextTrace.of(new Lines(name, source), LineFormat.LRB);
            case TWITTER -> TextTrace.of(new Lines(name, source), LineFormat.TWITTER);
            case CAMBRIDGE -> TextTrace.of(new Lines(name, source), LineFormat.CAMBRIDGE);
            case OBJECT_STORE -> TextTrace.of(new Lines(name, source), LineFormat.OBJECT_STORE);
            case SPC -> TextTrace.of(new Lines(name, source), LineFormat.SPC);
        };
    }

    private static InputStream uncompressed(String name, InputStream source) throws IOException {
        var buffered = new BufferedInputStream(source, LOOKED_AT_BYTES);
        buffered.mark(LOOKED_AT_BYTES);
        var magic = buffered.readNBytes(6);
        buffered.reset();
        if (begins(magic, 0x1f, 0x8b)) {
            return new BufferedInputStream(new GZIPInputStream(buffered), LOOKED_AT_BYTES);
        }
        if (begins(magic, 0x28, 0xb5, 0x2f, 0xfd)) {
            throw compressed(name, "zstd");
        }
        if (begins(magic, 0xfd, '7', 'z', 'X', 'Z', 0)) {
            throw compressed(name, "xz");
        }
        return buffered;
    }

    private static boolean begins(byte[] bytes, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (bytes.length <= i || (bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] beginning(InputStream source) throws IOException {
        source.mark(LOOKED_AT_BYTES);
        var bytes = source.readNBytes(LOOKED_AT_BYTES);
        source.reset();
        return bytes;
    }

    private static TraceFormat detect(String name, byte[] beginning) {
        if (TraceReader.isTrace(beginning)) {
            return TraceFormat.VARVE;
        }
        var text = isText(beginning) ? ofText(beginning) : Optional.<TraceFormat>empty();
        return text
                .or(() -> !isText(beginning) && RecordFormat.isOracleGeneral(beginning)
                        ? Optional.of(TraceFormat.ORACLE_GENERAL)
                        : Optional.empty())
                .orElseThrow(() -> new StorageException(Kind.CONFIG, "the format of " + name
                        + " cannot be told from its content; name it with --format, one of "
                        + TraceFormat.labels()));
    }

    private static boolean isText(byte[] bytes) {
        for (byte b : bytes) {
            boolean isControl = b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t';
            if (isControl) {
                return false;
            }
        }
        return true;
    }

    private static Optional<TraceFormat> ofText(byte[] beginning) {
        var lines = new String(beginning, ISO_8859_1).lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(LOOKED_AT_LINES)
                .toList();
        if (lines.isEmpty()) {
            // Nothing to replay is nothing in any format.
            return Optional.of(TraceFormat.MOONCAKE);
        }
        if (lines.getFirst().startsWith("{")) {
            boolean isQwen = lines.getFirst().contains("\"chat_id\"");
            return Optional.of(isQwen ? TraceFormat.QWEN : TraceFormat.MOONCAKE);
        }
        // The last of them may have been cut.
        var whole = beginning.length == LOOKED_AT_BYTES && lines.size() > 1
                && lines.size() < LOOKED_AT_LINES
                        ? lines.subList(0, lines.size() - 1)
                        : lines;
        return Columns.ofHeader(whole.getFirst()).isPresent() || whole.stream()
                .allMatch(Columns::isPlain)
                        ? Optional.of(TraceFormat.CSV)
                        : ofLines(whole);
    }

    private static Optional<TraceFormat> ofLines(List<String> lines) {
        return Arrays.stream(LineFormat.values())
                .filter(format -> lines.stream().allMatch(format::matches))
                .map(format -> TraceFormat.valueOf(format.name()))
                .findFirst();
    }

    private static StorageException compressed(String name, String tool) {
        return new StorageException(Kind.CONFIG, name + " is compressed by " + tool
                + ", which is not read; decompress it first: " + tool + " -d " + name);
    }

    private static StorageException unreadable(String name, IOException cause) {
        return new StorageException(
                Kind.UNAVAILABLE, "trace file " + name + " cannot be read: " + cause, cause);
    }

    private static <E extends RuntimeException> E closing(InputStream source, E failure) {
        try {
            source.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}

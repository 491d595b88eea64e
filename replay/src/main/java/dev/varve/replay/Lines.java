package dev.varve.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// The lines of a text, one at a time, in bounded memory.
///
/// Confined to one thread at a time.
final class Lines implements AutoCloseable {
    /// The longest line that is accepted: over 100,000 ids.
    static final int MAX_LINE_BYTES = 1 << 20;

    private static final int MAX_SHOWN = 60;

    private final String name;
    private final InputStream source;
    private final byte[] buffer = new byte[1 << 16];
    private int bufferAt;
    private int bufferEnd;
    private byte[] line = new byte[1 << 12];
    private int length;
    private int number;

    /// @param name   for messages
    /// @param source owned: closed with the lines
    Lines(String name, InputStream source) {
        this.name = name;
        this.source = source;
    }

    String name() {
        return name;
    }

    /// Goes on to the next line that is not blank.
    ///
    /// @return false at the end
    /// @throws StorageException CONFIG if it is too long, UNAVAILABLE if it cannot be read
    boolean next() {
        while (read()) {
            if (!isBlank()) {
                return true;
            }
        }
        return false;
    }

    /// The line from 0 to [#length]; borrowed until the next one.
    byte[] bytes() {
        return line;
    }

    int length() {
        return length;
    }

    /// The line without blanks around it.
    String text() {
        return new String(line, 0, length, ISO_8859_1).strip();
    }

    StorageException malformed(String what) {
        return new StorageException(Kind.CONFIG, "line " + number + " of " + name + " " + what);
    }

    /// That the line is not what it must be, and how it begins.
    StorageException unlike(String what) {
        var text = text();
        var shown = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
        return malformed("must be " + what + ", is: " + shown.replaceAll("\\p{Cntrl}", "?"));
    }

    StorageException notJson(String why, Exception cause) {
        return new StorageException(
                Kind.CONFIG, "line " + number + " of " + name + " is not JSON: " + why, cause);
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE, name + " cannot be closed: " + e, e);
        }
    }

    private boolean read() {
        length = 0;
        while (bufferAt < bufferEnd || fill()) {
            byte b = buffer[bufferAt++];
            if (b == '\n') {
                number++;
                return true;
            }
            if (length == line.length) {
                if (length == MAX_LINE_BYTES) {
                    number++;
                    throw malformed("must not be longer than " + MAX_LINE_BYTES + " bytes");
                }
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = b;
        }
        number++;
        return length > 0;
    }

    private boolean fill() {
        try {
            bufferAt = 0;
            bufferEnd = Math.max(0, source.read(buffer));
            return bufferEnd > 0;
        } catch (IOException e) {
            bufferEnd = 0;
            throw new StorageException(Kind.UNAVAILABLE,
                    "line " + (number + 1) + " of " + name + " cannot be read: " + e, e);
        }
    }

    private boolean isBlank() {
        for (int i = 0; i < length; i++) {
            if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
                return false;
            }
        }
        return true;
    }
}

package dev.varve.engine;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/// Takes a stored value apart, front to back, and believes none of it: whatever does not fit is
/// CORRUPT, under the name that the caller gave.
///
/// Confined to its thread.
final class ValueReader {
    private final ByteBuffer bytes;
    private final Supplier<String> name;
    private final int version;

    /// For values of which there is one version.
    ///
    /// @param name what is being read, for messages
    /// @throws StorageException CONFIG if the value was written by a newer version
    ValueReader(byte[] value, Supplier<String> name) {
        this(value, CatalogLayout.VALUE_VERSION, name);
    }

    /// Checks the version byte.
    ///
    /// @param newest the greatest version that is known
    /// @param name   what is being read, for messages
    /// @throws StorageException CONFIG if the value was written by a newer version
    ValueReader(byte[] value, int newest, Supplier<String> name) {
        this.bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        this.name = name;
        version = u8("version");
        if (version > newest) {
            throw new StorageException(Kind.CONFIG, "catalog entry of " + name.get()
                    + ": written by a newer version (format " + version + ", this one reads up to "
                    + newest + ")\nMaybe start the newer Varve again.");
        }
        check(version > 0, "version is 0");
    }

    int version() {
        return version;
    }

    int u8(String field) {
        require(1, field);
        return bytes.get() & 0xff;
    }

    int u16(String field) {
        require(2, field);
        return bytes.getShort() & 0xffff;
    }

    int i32(String field) {
        require(4, field);
        return bytes.getInt();
    }

    long i64(String field) {
        require(8, field);
        return bytes.getLong();
    }

    byte[] bytes(int length, String field) {
        require(length, field);
        var copy = new byte[length];
        bytes.get(copy);
        return copy;
    }

    String text(int length, String field) {
        require(length, field);
        var slice = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(slice).toString();
        } catch (CharacterCodingException e) {
            throw corrupt(field + " is not UTF-8");
        }
    }

    int remaining() {
        return bytes.remaining();
    }

    /// Checks that nothing is left.
    void end() {
        check(remaining() == 0, remaining() + " bytes follow its end");
    }

    void check(boolean holds, String complaint) {
        if (!holds) {
            throw corrupt(complaint);
        }
    }

    private void require(long length, String field) {
        if (length < 0 || length > bytes.remaining()) {
            throw corrupt(field + " takes " + length + " bytes, but " + bytes.remaining()
                    + " are left at byte " + bytes.position() + " of " + bytes.limit());
        }
    }

    private StorageException corrupt(String complaint) {
        return new StorageException(Kind.CORRUPT,
                "catalog entry of " + name.get() + ": " + complaint);
    }
}

package dev.varve.door.local;

import dev.varve.engine.ObjectKey;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Takes the body of a request apart and believes none of it.
///
/// Confined to its thread.
///
/// @param bytes borrowed
record BodyReader(ByteBuf bytes) {

    /// A body that is none.
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    /// Who comes; no user is an empty name.
    record Hello(int version, String user, String password) {}

    Hello hello() throws Malformed {
        require(FrameLayout.HELLO_BYTES);
        var magic = new byte[FrameLayout.MAGIC.length];
        bytes.readBytes(magic);
        if (!Arrays.equals(magic, FrameLayout.MAGIC)) {
            throw new Malformed("HELLO must begin with VARVELOC");
        }
        int version = bytes.readUnsignedShortLE();
        int userBytes = bytes.readUnsignedShortLE();
        int passwordBytes = bytes.readUnsignedShortLE();
        zero(bytes.readUnsignedShortLE());
        var hello = new Hello(version, text(userBytes), text(passwordBytes));
        end();
        return hello;
    }

    /// At least one key.
    List<ObjectKey> keys() throws Malformed {
        int count = count();
        if (count > FrameLayout.MAX_KEYS) {
            throw new Malformed("the count of keys (" + count + ") must be at most "
                    + FrameLayout.MAX_KEYS);
        }
        var keys = new ArrayList<ObjectKey>(count);
        for (int i = 0; i < count; i++) {
            require(Short.BYTES);
            int length = bytes.readUnsignedShortLE();
            if (length < 1 || length > ObjectKey.MAX_BYTES) {
                throw new Malformed("the length of a key (" + length + ") must be from 1 to "
                        + ObjectKey.MAX_BYTES);
            }
            require(length);
            var key = new byte[length];
            bytes.readBytes(key);
            keys.add(ObjectKey.of(key));
        }
        end();
        return keys;
    }

    long[] handles() throws Malformed {
        int count = count();
        require(count * Long.BYTES);
        var handles = new long[count];
        for (int i = 0; i < count; i++) {
            handles[i] = bytes.readLongLE();
        }
        end();
        return handles;
    }

    private int count() throws Malformed {
        require(Integer.BYTES);
        int count = bytes.readUnsignedShortLE();
        zero(bytes.readUnsignedShortLE());
        if (count < 1) {
            throw new Malformed("a request must be about something");
        }
        return count;
    }

    private String text(int length) throws Malformed {
        require(length);
        return bytes.readCharSequence(length, StandardCharsets.UTF_8).toString();
    }

    private void require(int length) throws Malformed {
        if (bytes.readableBytes() < length) {
            throw new Malformed("the body ends too early");
        }
    }

    private void end() throws Malformed {
        if (bytes.isReadable()) {
            throw new Malformed("the body goes on after its end");
        }
    }

    private static void zero(int reserved) throws Malformed {
        if (reserved != 0) {
            throw new Malformed("what is reserved must be zero");
        }
    }
}

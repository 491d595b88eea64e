package dev.varve.door.local;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Requests and answers on the socket, as `docs/local-protocol.md` draws them. All numbers are
/// little-endian.
///
/// Immutable.
final class FrameLayout {
    /// kind u8, zero u8 (status in an answer), zero u16, length of the body u32.
    static final int HEADER_BYTES = 8;

    static final byte[] MAGIC = "VARVELOC".getBytes(StandardCharsets.US_ASCII);
    static final int VERSION = 1;

    /// The longest body of a request but for PUT.
    static final int MAX_BODY_BYTES = 64 << 10;
    static final int MAX_KEYS = 256;

    /// magic, version u16, length of user u16, length of password u16, zero u16; then these two.
    static final int HELLO_BYTES = 16;

    /// Before a PUT's key and value: length of the key u16, zero u16.
    static final int PUT_BYTES = 4;

    /// outcome u8, zero u8, zero u16, count of blocks u32, handle u64, length of the value u64.
    static final int ENTRY_BYTES = 24;

    /// length u32, checksum u32, count of runs u32, zero u32.
    static final int BLOCK_BYTES = 16;

    static final int MISS = 0;
    static final int LEASED = 1;
    static final int UNLEASED = 2;

    /// What a client asks for.
    enum Kind {
        HELLO(1),
        GET(2),
        RELEASE(3),
        EXISTS(4),
        PUT(5),
        READ(6);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    /// How it went.
    enum Status {
        OK(0),
        MISS(1),
        /// This request could not be served; the body says why.
        FAILED(2),
        /// The connection ends; the body says why.
        REFUSED(3);

        private final int code;

        Status(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    private FrameLayout() {}

    static void header(ByteBuf out, Kind kind, Status status, long bodyBytes) {
        out.writeByte(kind.code());
        out.writeByte(status.code());
        out.writeShortLE(0);
        out.writeIntLE((int) bodyBytes);
    }
}

package dev.varve.door.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What a connection reads into:
///
///   - inside a large value the engine's own memory, if the engine offers it, so that nothing is
///     copied;
///   - else a buffer that all connections of the loop share. What is read there is nearly always
///     parsed before anything else is read, so it is the same memory again and again, which the
///     processor has in its cache. Who cannot parse all at once takes the rest away ([#keep]);
///   - where others still need the shared buffer, and where what is read has to be decrypted, a
///     buffer of its own: small between requests, so that thousands of connections hold little,
///     and larger inside a value.
///
/// Confined to the connection's loop.
final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    private static final int LEAST_BYTES = 2 << 10;
    private static final int MOST_BYTES = 64 << 10;

    /// Enough for many small requests. The beginning of a large value comes this way too, and is
    /// copied, so it is not much.
    private static final int SHARED_BYTES = 8 << 10;

    /// What is read of a value at once: what the checksum then finds in the processor's cache.
    private static final int MOST_VALUE_BYTES = 256 << 10;

    private static final FastThreadLocal<ByteBuf> SHARED = new FastThreadLocal<>() {
        @Override
        protected ByteBuf initialValue() {
            return Unpooled.directBuffer(SHARED_BYTES, SHARED_BYTES);
        }

        @Override
        protected void onRemoval(ByteBuf buffer) {
            buffer.release();
        }
    };

    private final boolean shares;
    private final LongSupplier missingValueBytes;
    private final Supplier<Optional<ByteBuffer>> room;
    private ByteBuf lent = Unpooled.EMPTY_BUFFER;

    /// @param shares            whether what is read is parsed as it is
    /// @param missingValueBytes what is missing of the value being received, 0 between values
    /// @param room              memory of the engine for the next bytes, where they may go there
    ReadBuffers(
            boolean shares,
            LongSupplier missingValueBytes,
            Supplier<Optional<ByteBuffer>> room) {
        this.shares = shares;
        this.missingValueBytes = missingValueBytes;
        this.room = room;
    }

    /// Whether these bytes were read into the room and so are where they belong.
    @SuppressWarnings("ReferenceEquality") // equal bytes elsewhere are not meant
    boolean inRoom(ByteBuf received) {
        return received == lent;
    }

    /// What is left of received bytes, to be parsed later. Takes over the caller's lease of them.
    @SuppressWarnings("ReferenceEquality") // equal bytes elsewhere are not meant
    ByteBuf keep(ByteBuf rest) {
        if (rest != SHARED.get()) {
            return rest;
        }
        try {
            return Unpooled.copiedBuffer(rest);
        } finally {
            rest.release();
        }
    }

    @Override
    public MaxMessageHandle newHandle() {
        return new Sizes();
    }

    private final class Sizes extends MaxMessageHandle {
        private int next = LEAST_BYTES;

        @Override
        public int guess() {
            long missing = missingValueBytes.getAsLong();
            return missing == 0 ? next : (int) Math.min(Math.max(next, missing), MOST_VALUE_BYTES);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            var offered = room.get();
            if (offered.isPresent()) {
                return lend(offered.get());
            }
            lent = Unpooled.EMPTY_BUFFER;
            if (shares && missingValueBytes.getAsLong() <= SHARED_BYTES) {
                var shared = SHARED.get();
                if (shared.refCnt() == 1) {
                    return shared.clear().retain();
                }
            }
            return allocator.ioBuffer(guess());
        }

        private ByteBuf lend(ByteBuffer memory) {
            memory.limit(Math.min(memory.limit(), memory.position() + MOST_VALUE_BYTES));
            lent = Unpooled.wrappedBuffer(memory).clear();
            return lent;
        }

        @Override
        public void lastBytesRead(int bytes) {
            if (bytes == attemptedBytesRead() && bytes >= next) {
                next = Math.min(next * 2, MOST_BYTES);
            } else if (bytes < next / 4) {
                next = Math.max(next / 2, LEAST_BYTES);
            }
            super.lastBytesRead(bytes);
        }
    }
}

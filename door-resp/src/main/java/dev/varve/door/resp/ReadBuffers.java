package dev.varve.door.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What a connection reads into: inside a large value the engine's own memory, if the engine
/// offers it, so that nothing is copied; else buffers that are small between requests, so that
/// thousands of connections hold little, and larger inside a value.
///
/// Confined to the connection's loop.
final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    private static final int LEAST_BYTES = 2 << 10;
    private static final int MOST_BYTES = 64 << 10;

    /// What is read of a value at once: what the checksum then finds in the processor's cache.
    private static final int MOST_VALUE_BYTES = 256 << 10;

    private final LongSupplier missingValueBytes;
    private final Supplier<Optional<ByteBuffer>> room;
    private ByteBuf lent = Unpooled.EMPTY_BUFFER;

    /// @param missingValueBytes what is missing of the value being received, 0 between values
    /// @param room              memory of the engine for the next bytes, where they may go there
    ReadBuffers(LongSupplier missingValueBytes, Supplier<Optional<ByteBuffer>> room) {
        this.missingValueBytes = missingValueBytes;
        this.room = room;
    }

    /// Whether these bytes were read into the room and so are where they belong.
    @SuppressWarnings("ReferenceEquality") // equal bytes elsewhere are not meant
    boolean inRoom(ByteBuf received) {
        return received == lent;
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
            if (offered.isEmpty()) {
                lent = Unpooled.EMPTY_BUFFER;
                return allocator.ioBuffer(guess());
            }
            var memory = offered.get();
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

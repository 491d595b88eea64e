package dev.varve.door.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import java.util.function.LongSupplier;

/// How much is read from a connection at a time: little between requests, so that thousands of
/// connections hold little, and much inside a large value, whose bytes leave the buffer at once.
///
/// Confined to the connection's loop.
final class ReadSizes extends DefaultMaxMessagesRecvByteBufAllocator {
    private static final int LEAST_BYTES = 2 << 10;
    private static final int MOST_BYTES = 64 << 10;
    private static final int MOST_VALUE_BYTES = Integer.getInteger("rs", 256) << 10;

    private final LongSupplier missingValueBytes;

    /// @param missingValueBytes what is missing of the value being received, 0 between values
    ReadSizes(LongSupplier missingValueBytes) {
        this.missingValueBytes = missingValueBytes;
    }

    @Override
    public MaxMessageHandle newHandle() {
        return new Sizes();
    }

    private final class Sizes extends MaxMessageHandle {
        private int next = LEAST_BYTES;

        @Override
        public int guess() {
            // The end of the value's line, and a little of what may follow.
            long wanted = missingValueBytes.getAsLong() + 64;
            return (int) Math.min(Math.max(next, wanted), wanted > 64 ? MOST_VALUE_BYTES : next);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return allocator.ioBuffer(guess());
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

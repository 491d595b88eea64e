package dev.varve.door.local;

import dev.varve.door.local.FrameLayout.Status;
import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.ObjectReader;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongConsumer;

/// One value on its way through the socket, for a client that may not lease more: copied in small
/// pieces, no faster than the client takes them.
///
/// Confined to the errand that runs it.
@SuppressWarnings("FutureReturnValueIgnored") // closing ends what waits
final class Sending {
    private static final int PIECE_BYTES = 128 << 10;

    private final Door door;
    private final Bucket bucket;
    private final Channel channel;
    private final ObjectKey key;
    private final LongConsumer moved;
    private Optional<StorageException> failure = Optional.empty();

    /// @param moved hears when a piece has left
    Sending(Door door, Bucket bucket, Channel channel, ObjectKey key, LongConsumer moved) {
        this.door = door;
        this.bucket = bucket;
        this.channel = channel;
        this.key = key;
        this.moved = moved;
    }

    /// Why nothing was sent, if nothing was.
    Optional<StorageException> failure() {
        return failure;
    }

    void run() {
        boolean begun = false;
        try {
            var found = bucket.open(key);
            if (found.isEmpty()) {
                head(Status.MISS, 0);
                return;
            }
            try (var reader = found.get()) {
                long bytes = reader.info().sizeBytes();
                if (bytes > door.settings().maxValueBytes()) {
                    throw new StorageException(Kind.CONFIG, "the value ("
                            + bytes + " bytes) must be at most " + door.settings().maxValueBytes()
                            + " bytes to go through the socket");
                }
                begun = true;
                head(Status.OK, bytes);
                door.tallies().bytesOut.add(bytes);
                reader.willRead(0, bytes);
                for (int i = 0; i < reader.blockCount(); i++) {
                    send(reader, i);
                }
            }
        } catch (StorageException e) {
            if (begun) {
                channel.close();
            } else {
                failure = Optional.of(e);
            }
        }
    }

    private void send(ObjectReader reader, int index) {
        try (var block = reader.read(index)) {
            for (int at = 0; at < block.lengthBytes(); at += PIECE_BYTES) {
                int length = Math.min(PIECE_BYTES, block.lengthBytes() - at);
                var piece = channel.alloc().directBuffer(length);
                block.copyOut(at, MemorySegment.ofBuffer(piece.nioBuffer(0, length)));
                piece.writerIndex(length);
                write(piece);
            }
        }
    }

    private void head(Status status, long bytes) {
        var head = channel.alloc().buffer(FrameLayout.HEADER_BYTES);
        FrameLayout.header(head, FrameLayout.Kind.READ, status, bytes);
        write(head);
    }

    /// Waits until the client has made room, or has left, or was closed for making none.
    private void write(ByteBuf piece) {
        moved.accept(door.clock().nanoTime());
        if (!channel.writeAndFlush(piece).awaitUninterruptibly().isSuccess()) {
            throw new StorageException(Kind.CLOSED, "the client has left");
        }
    }
}

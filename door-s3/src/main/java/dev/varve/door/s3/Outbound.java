package dev.varve.door.s3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Sends a connection's answers from the connection's thread. Bytes of blocks go to the socket as
/// they lie; a block's lease is given back when its last byte is with the kernel, or the connection
/// is gone.
///
/// At most [#LOW_BYTES] and one block are on their way at any time.
///
/// Thread-safe: by a lock that is never held while waiting for anything but progress.
final class Outbound {
    /// More is sent as soon as no more than this is on its way.
    private static final long LOW_BYTES = 1 << 20;

    /// The largest piece whose progress is not seen until its end.
    private static final int PIECE_BYTES = 1 << 20;

    private final Channel channel;
    private final S3Metrics metrics;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private long inFlightBytes;
    private long completedBytes;
    private boolean failed;

    Outbound(Channel channel, S3Metrics metrics) {
        this.channel = channel;
        this.metrics = metrics;
    }

    /// Sends the beginning of an answer, or all of it.
    void send(HttpObject head) {
        write(List.of(head), List.of(), () -> {});
    }

    /// Sends a head and what follows it in one go.
    void send(HttpObject head, SliceWalk.Piece piece) {
        write(List.of(head), pieces(piece), piece::close);
    }

    /// Sends bytes that follow a head.
    ///
    /// @param piece owned
    void send(SliceWalk.Piece piece) {
        write(List.of(), pieces(piece), piece::close);
    }

    /// Ends an answer.
    void end() {
        write(List.of(LastHttpContent.EMPTY_LAST_CONTENT), List.of(), () -> {});
    }

    /// Waits until more may be sent.
    ///
    /// @throws ConnectionClosedException where nothing can be
    void awaitRoom() {
        await(LOW_BYTES);
    }

    /// Waits until all is with the kernel.
    ///
    /// @throws ConnectionClosedException where it cannot be
    void awaitSent() {
        await(0);
    }

    /// Bytes on their way to the kernel.
    long inFlightBytes() {
        lock.lock();
        try {
            return inFlightBytes;
        } finally {
            lock.unlock();
        }
    }

    /// A number that changes with each piece that was sent.
    long completedBytes() {
        lock.lock();
        try {
            return completedBytes;
        } finally {
            lock.unlock();
        }
    }

    private void await(long bytes) {
        lock.lock();
        try {
            while (inFlightBytes > bytes && !failed) {
                progress.awaitUninterruptibly();
            }
            if (failed) {
                throw new ConnectionClosedException();
            }
        } finally {
            lock.unlock();
        }
    }

    private void write(List<HttpObject> messages, List<ByteBuf> pieces, Runnable done) {
        long total = 0;
        for (var message : messages) {
            total += message instanceof HttpContent content ? content.content().readableBytes() : 0;
        }
        long tail = pieces.isEmpty() ? Math.max(1, total) : 0;
        for (var piece : pieces) {
            total += piece.readableBytes();
        }
        metrics.bytesOut.add(total);
        began(Math.max(1, total));
        try {
            channel.eventLoop().execute(() -> {
                messages.forEach(message -> channel.write(message)
                        .addListener(sent -> ended(tail, sent.isSuccess())));
                for (int i = 0; i < pieces.size(); i++) {
                    long bytes = pieces.get(i).readableBytes();
                    boolean last = i == pieces.size() - 1;
                    channel.write(pieces.get(i)).addListener(sent -> {
                        if (last) {
                            done.run();
                        }
                        ended(bytes, sent.isSuccess());
                    });
                }
                channel.flush();
            });
        } catch (RejectedExecutionException e) {
            done.run();
            throw new ConnectionClosedException();
        }
    }

    private void began(long bytes) {
        lock.lock();
        try {
            inFlightBytes += bytes;
        } finally {
            lock.unlock();
        }
    }

    private void ended(long bytes, boolean success) {
        lock.lock();
        try {
            inFlightBytes -= bytes;
            completedBytes += bytes;
            failed |= !success;
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static List<ByteBuf> pieces(SliceWalk.Piece piece) {
        var buffers = new ArrayList<ByteBuf>();
        for (ByteBuffer run : piece.runs()) {
            for (int at = 0; at < run.limit(); at += PIECE_BYTES) {
                int length = Math.min(PIECE_BYTES, run.limit() - at);
                buffers.add(Unpooled.wrappedBuffer(run.slice(at, length)));
            }
        }
        return buffers;
    }
}

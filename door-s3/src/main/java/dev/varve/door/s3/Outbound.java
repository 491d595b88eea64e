package dev.varve.door.s3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Sends a connection's answers from its thread or, while that has nothing to do, its loop. Bytes
/// of blocks go to the socket as they lie; a block's lease is given back when its last byte is
/// with the kernel, or the connection is gone.
///
/// At most [#LOW_BYTES] and one block are on their way at any time.
///
/// Thread-safe: by a lock that is never held while waiting for anything but progress.
final class Outbound {
    /// More is sent as soon as no more than this is on its way.
    private static final long LOW_BYTES = 1 << 20;

    /// The largest piece whose progress is not seen until its end.
    private static final int PIECE_BYTES = 1 << 20;

    /// What a message without content counts as.
    private static final int HEAD_BYTES = 256;

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

    /// Sends all of an answer that has no blocks.
    void send(FullHttpResponse response) {
        write(List.of(response), () -> {});
    }

    /// Sends all of an answer.
    ///
    /// @param content stays the caller's, who closes it; what was read of it does not
    /// @param room    called before each block but the first: waits until more may be sent, or does
    ///                nothing where waiting is not allowed
    void send(AnswerHead head, Response.Content content, Runnable room) {
        switch (content) {
            case Response.Nothing _,Response.Announced _ -> send(head.alone());
            case Response.Document(var bytes) -> send(head.with(bytes));
            case Response.Slice(var walk) -> send(head, walk, room);
        }
    }

    /// Each block is read before there is room for it, so that disk and network work at the same
    /// time.
    private void send(AnswerHead head, SliceWalk walk, Runnable room) {
        if (!walk.hasNext()) {
            send(head.alone());
            return;
        }
        var first = walk.next();
        send(head.open(), first, !walk.hasNext());
        while (walk.hasNext()) {
            var piece = walk.next();
            try {
                room.run();
            } catch (ConnectionClosedException e) {
                piece.close();
                throw e;
            }
            send(piece, !walk.hasNext());
        }
    }

    /// Sends the beginning of an answer, and the end as well if this is all.
    ///
    /// @param piece owned
    private void send(HttpResponse head, SliceWalk.Piece piece, boolean isLast) {
        var messages = new ArrayList<>();
        messages.add(head);
        addPieces(messages, piece, isLast);
        write(messages, piece::close);
    }

    /// Sends more of an answer, and the end as well if this is the rest.
    ///
    /// @param piece owned
    private void send(SliceWalk.Piece piece, boolean isLast) {
        var messages = new ArrayList<>();
        addPieces(messages, piece, isLast);
        write(messages, piece::close);
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

    /// Hands messages to the loop.
    ///
    /// @param done runs when all of them are with the kernel, or lost
    private void write(List<Object> messages, Runnable done) {
        long total = 0;
        for (var message : messages) {
            total += weight(message);
        }
        metrics.bytesOut.add(total);
        began(total);
        if (channel.eventLoop().inEventLoop()) {
            writeNow(messages, done);
            return;
        }
        try {
            channel.eventLoop().execute(() -> writeNow(messages, done));
        } catch (RejectedExecutionException e) {
            done.run();
            throw new ConnectionClosedException();
        }
    }

    private void writeNow(List<Object> messages, Runnable done) {
        int last = messages.size() - 1;
        for (int i = 0; i <= last; i++) {
            long bytes = weight(messages.get(i));
            boolean isLast = i == last;
            var _ = channel.write(messages.get(i)).addListener(sent -> {
                if (isLast) {
                    done.run();
                }
                ended(bytes, sent.isSuccess());
            });
        }
        channel.flush();
    }

    /// Heads count as well, so that they cannot pile up unseen.
    private static long weight(Object message) {
        return switch (message) {
            case ByteBuf bytes -> bytes.readableBytes();
            case FullHttpResponse response -> HEAD_BYTES + response.content().readableBytes();
            default -> HEAD_BYTES;
        };
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

    private static void addPieces(List<Object> messages, SliceWalk.Piece piece, boolean isLast) {
        for (ByteBuffer run : piece.runs()) {
            for (int at = 0; at < run.limit(); at += PIECE_BYTES) {
                int length = Math.min(PIECE_BYTES, run.limit() - at);
                messages.add(Unpooled.wrappedBuffer(run.slice(at, length)));
            }
        }
        if (isLast) {
            messages.add(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }
}

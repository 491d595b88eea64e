package dev.varve.door.resp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;

/// Gives replies to encryption in steps, no faster than the client takes them. Without it a reply
/// of many megabytes would be encrypted at once, into a copy as long as itself that is held until
/// the client has taken it, while all other clients of the loop wait.
///
/// What waits here is what the caller gave, not a copy; the channel is not writable meanwhile.
///
/// Confined to the connection's loop.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write reaches its own promise
final class PacedOutput extends ChannelDuplexHandler {
    /// What may be encrypted and not yet taken.
    static final int WINDOW_BYTES = 128 << 10;

    /// The bit of the channel's writability that is this handler's.
    private static final int WRITABILITY_BIT = 1;

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ChannelFutureListener moved;
    private int encryptedBytes;
    private boolean goingOn;

    private record Waiting(ByteBuf bytes, ChannelPromise promise) {}

    /// @param moved told of each step but the last of a write, which the write's own future tells
    PacedOutput(ChannelFutureListener moved) {
        this.moved = moved;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        waiting.add(new Waiting((ByteBuf) message, promise));
        step(context);
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        step(context);
        context.flush();
    }

    /// A client that has not taken its replies would not take the last word of TLS either.
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (encryptedBytes > 0 || !waiting.isEmpty()) {
            context.channel().unsafe().close(promise);
        } else {
            context.close(promise);
        }
        drop();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        drop();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        drop();
    }

    private void step(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            drop();
            return;
        }
        while (encryptedBytes < WINDOW_BYTES && !waiting.isEmpty()) {
            var first = waiting.peek();
            int room = WINDOW_BYTES - encryptedBytes;
            if (first.bytes.readableBytes() <= room) {
                waiting.remove();
                pass(context, first.bytes, first.promise.unvoid());
            } else {
                var promise = context.newPromise();
                promise.addListener(moved);
                pass(context, first.bytes.readRetainedSlice(room), promise);
            }
        }
        var output = context.channel().unsafe().outboundBuffer();
        if (output != null) {
            output.setUserDefinedWritability(WRITABILITY_BIT, waiting.isEmpty());
        }
    }

    /// Read-only, because the bytes may be the store's own.
    private void pass(ChannelHandlerContext context, ByteBuf bytes, ChannelPromise promise) {
        int length = bytes.readableBytes();
        encryptedBytes += length;
        promise.addListener((ChannelFuture _) -> passed(context, length));
        context.write(bytes.asReadOnly(), promise);
    }

    /// Goes on in a task of its own, so that the loop comes to others in between.
    private void passed(ChannelHandlerContext context, int length) {
        encryptedBytes -= length;
        if (!goingOn && !waiting.isEmpty()) {
            goingOn = true;
            context.executor().execute(() -> {
                goingOn = false;
                flush(context);
            });
        }
    }

    private void drop() {
        while (!waiting.isEmpty()) {
            var dropped = waiting.remove();
            dropped.bytes.release();
            dropped.promise.tryFailure(new ClosedChannelException());
        }
    }
}

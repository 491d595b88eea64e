package dev.varve.door.s3;

import dev.varve.env.Tasks;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// The loop's side of a connection: passes what was decoded to the [Conversation] and watches the
/// client.
///
/// Confined to its loop.
final class Connection extends ChannelInboundHandlerAdapter {
    private final DoorParts door;
    private final Tasks tasks;
    private final OpenConnections open;
    private final Inbound inbound;
    private final Attention attention;
    private final Conversation conversation;
    private Future<?> watch = CompletableFuture.completedFuture(0);

    Connection(
            Channel channel,
            DoorParts door,
            Tasks tasks,
            OpenConnections open) {
        this.door = door;
        this.tasks = tasks;
        this.open = open;
        this.inbound = new Inbound(channel, door.settings().limits().queuedBodyBytes());
        this.attention = new Attention(channel, inbound, door.clock(), door.settings().timeouts());
        this.conversation = new Conversation(channel, door, inbound, attention);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        door.metrics().connectionsOpened.increment();
        open.add(context.channel(), attention);
        tasks.start("s3-connection", () -> {
            try {
                conversation.run();
            } finally {
                open.remove(context.channel());
            }
        });
        long period = attention.periodNanos();
        watch = context.executor()
                .scheduleWithFixedDelay(
                        () -> attention.look(conversation.outbound()), period, period,
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        attention.received();
        if (message instanceof HttpObject object) {
            inbound.offer(object);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        door.metrics().connectionsClosed.increment();
        watch.cancel(false);
        inbound.end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }
}

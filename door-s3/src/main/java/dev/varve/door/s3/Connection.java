package dev.varve.door.s3;

import dev.varve.env.Tasks;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
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
    private final QuickAnswers quick;
    private boolean answeredHere;
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
        int client = door.newClient().getAsInt();
        this.conversation = new Conversation(channel, door, client, inbound, attention);
        this.quick = new QuickAnswers(door, client, conversation.outbound());
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
        if (message instanceof HttpRequest request && answered(request)) {
            answeredHere = true;
        } else if (answeredHere && message instanceof LastHttpContent) {
            answeredHere = false;
            ReferenceCountUtil.release(message);
        } else {
            inbound.offer(message);
        }
    }

    /// Tries to answer without the thread. That must have nothing to do, and all that it sent
    /// must be with the kernel, so that answers keep the order of their requests.
    private boolean answered(HttpRequest request) {
        boolean alone = !attention.isBusy() && inbound.isStarving()
                && conversation.outbound().inFlightBytes() == 0;
        if (!alone) {
            return false;
        }
        var found = quick.find(request);
        if (found.isEmpty()) {
            return false;
        }
        if (!quick.trySend(found.get())) {
            inbound.offer(found.get());
        }
        return true;
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

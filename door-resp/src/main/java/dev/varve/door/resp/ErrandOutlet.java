package dev.varve.door.resp;

import io.netty.channel.Channel;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Lets an errand pass on parts of a reply that is too long to be held, and wait for its turn: a
/// part goes to the channel when the channel has no more than it wants to hold of those before.
///
/// [#relieve] runs on the errand's thread, which waits while the loop works for it; all else is
/// confined to the loop.
final class ErrandOutlet implements Reply.Outlet {
    private final Channel channel;
    private final Consumer<Reply> handOver;
    private @Nullable Turn waiting;

    /// A part that waits.
    private record Turn(Reply reply, CountDownLatch done) {}

    /// @param handOver writes a reply to the channel, on the loop
    ErrandOutlet(Channel channel, Consumer<Reply> handOver) {
        this.channel = channel;
        this.handOver = handOver;
    }

    @Override
    public void relieve(Reply reply) {
        var turn = new Turn(reply, new CountDownLatch(1));
        channel.eventLoop().execute(() -> {
            waiting = turn;
            writabilityChanged();
        });
        try {
            turn.done.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new BrokenReply("interrupted");
        }
        if (!reply.isEmpty()) {
            throw new BrokenReply("the client is gone");
        }
    }

    /// Gives the waiting part its turn if there is room, or if the client is gone.
    void writabilityChanged() {
        var turn = waiting;
        if (turn == null) {
            return;
        }
        if (!channel.isActive()) {
            waiting = null;
            turn.done.countDown();
        } else if (channel.isWritable()) {
            waiting = null;
            handOver.accept(turn.reply);
            channel.flush();
            turn.done.countDown();
        }
    }

    /// Ends all waiting: the client is gone.
    void close() {
        writabilityChanged();
    }
}

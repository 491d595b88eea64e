package dev.varve.door.resp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;

/// Which of the [Loops] serves a connection: one of those that small requests share at first, and
/// one of all while the connection moves large values.
///
/// It is said to move large values when 32 MiB have gone through it in fewer than 1,024 requests,
/// and no longer when 1,024 requests were not worth 32 MiB.
///
/// Confined to the connection's loop.
final class Seat {
    private static final int WINDOW_REQUESTS = 1024;
    private static final long WINDOW_BYTES = 32L << 20;
    private static final int NONE = -1;

    private final Loops loops;
    private final Channel channel;
    private int requests;
    private long bytes;
    /// Its loop among the movers of large values, if it is one of them.
    private int mover = NONE;
    private EventLoop right;
    private boolean givenUp;

    Seat(Loops loops, Channel channel) {
        this.loops = loops;
        this.channel = channel;
        this.right = channel.eventLoop();
    }

    /// Counts a request.
    void asked() {
        requests++;
        if (requests >= WINDOW_REQUESTS) {
            if (mover != NONE) {
                leave();
                right = loops.group().next();
            }
            startWindow();
        }
    }

    /// Counts bytes that came or went.
    void passed(long count) {
        bytes += count;
        if (bytes >= WINDOW_BYTES) {
            if (mover == NONE && !givenUp) {
                mover = loops.enterMover();
                right = loops.get(mover);
            }
            startWindow();
        }
    }

    private void startWindow() {
        requests = 0;
        bytes = 0;
    }

    /// Whether the connection is on the loop where it belongs.
    boolean isRight() {
        return right.inEventLoop();
    }

    /// Takes the connection to the loop where it belongs. Nothing may be under way in the channel
    /// or be scheduled for it, until `then` runs on the new loop, or on the old one if the channel
    /// was closed.
    @SuppressWarnings("FutureReturnValueIgnored") // its listener says how it ended
    void change(Runnable then) {
        channel.deregister()
                .addListener(_ -> right.register(channel).addListener((ChannelFuture end) -> {
                    if (!end.isSuccess()) {
                        channel.close();
                    }
                    channel.eventLoop().execute(then);
                }));
    }

    /// Gives up the seat for good: the connection has ended. What is still counted changes nothing.
    void giveUp() {
        leave();
        givenUp = true;
    }

    private void leave() {
        if (mover != NONE) {
            loops.leaveMover(mover);
            mover = NONE;
        }
    }
}

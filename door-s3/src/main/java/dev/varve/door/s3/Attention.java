package dev.varve.door.s3;

import dev.varve.door.s3.S3Settings.Timeouts;
import dev.varve.env.Clock;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/// Watches one connection for a client that keeps us waiting, and ends it: one that sends no
/// request for long, one that does not go on with a body, and one that does not go on reading an
/// answer. As long as bytes move, nobody is ended, however slowly they do.
///
/// Thread-safe: [#look] runs on the connection's loop and owns all state but the volatile flags.
final class Attention {
    private final Channel channel;
    private final Inbound inbound;
    private final Clock clock;
    private final Timeouts timeouts;
    private volatile boolean busy;
    private volatile long deadlineNanos = Long.MAX_VALUE;
    private long receivedMessages;
    private long seenMessages;
    private long seenOut;
    private long quietSinceNanos;

    Attention(Channel channel, Inbound inbound, Clock clock, Timeouts timeouts) {
        this.channel = channel;
        this.inbound = inbound;
        this.clock = clock;
        this.timeouts = timeouts;
        this.quietSinceNanos = clock.nanoTime();
    }

    /// Tells whether a request is under way; called by the connection's thread.
    void busy(boolean now) {
        busy = now;
    }

    boolean isBusy() {
        return busy;
    }

    /// Tells that the last answer was sent, and the connection is to end soon; called by the
    /// connection's thread.
    void lingering() {
        deadlineNanos = clock.nanoTime() + timeouts.stall().toNanos();
    }

    /// Tells that something arrived; called on the loop.
    void received() {
        receivedMessages++;
    }

    /// How often to look.
    long periodNanos() {
        return Math.max(1, Math.min(timeouts.idle().toNanos(), timeouts.stall().toNanos()) / 4);
    }

    /// Looks whether anything moved since the last time; called on the loop.
    void look(Outbound outbound) {
        long now = clock.nanoTime();
        long out = outbound.completedBytes() + partialBytes();
        boolean sending = outbound.inFlightBytes() > 0;
        boolean starving = inbound.isStarving();
        boolean moved = receivedMessages != seenMessages || out != seenOut;
        seenMessages = receivedMessages;
        seenOut = out;
        if (moved || (busy && !sending && !starving)) {
            quietSinceNanos = now;
            return;
        }
        long quiet = now - quietSinceNanos;
        boolean stalled = quiet >= timeouts.stall().toNanos();
        boolean overdue = deadlineNanos != Long.MAX_VALUE && now - deadlineNanos >= 0;
        boolean idle = !busy && quiet >= timeouts.idle().toNanos();
        if (overdue || idle || (sending && stalled)) {
            var _ = channel.close();
        } else if (busy && starving && stalled) {
            inbound.timeOut();
        }
    }

    /// Bytes that the kernel took of the piece at the head of the queue.
    private long partialBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.currentProgress();
    }
}

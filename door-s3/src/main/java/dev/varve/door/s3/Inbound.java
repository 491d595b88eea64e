package dev.varve.door.s3;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Hands what a connection's event loop decoded to the connection's thread. Bounded: where more
/// waits than allowed, the loop stops reading from the socket until half of it is gone, so that TCP
/// holds the client back.
///
/// Thread-safe: by a lock that is never held while waiting for anything but messages.
final class Inbound {
    /// What a message takes beside its bytes; keeps one-byte chunks from piling up.
    private static final long MESSAGE_BYTES = 256;

    private final Channel channel;
    private final int limitBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<HttpObject> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean paused;
    private boolean waiting;
    private boolean ended;
    private boolean timedOut;

    Inbound(Channel channel, int limitBytes) {
        this.channel = channel;
        this.limitBytes = limitBytes;
    }

    /// Adds a message; called on the loop.
    ///
    /// @param message owned
    void offer(HttpObject message) {
        lock.lock();
        try {
            if (ended) {
                ReferenceCountUtil.release(message);
                return;
            }
            queue.add(message);
            queuedBytes += weight(message);
            if (queuedBytes > limitBytes && !paused) {
                paused = true;
                channel.config().setAutoRead(false);
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the next message.
    ///
    /// @return owned by the caller
    /// @throws ConnectionClosedException where there will be none
    /// @throws S3Exception               RequestTimeout where the client left us waiting for too
    ///                                   long
    HttpObject take() {
        lock.lock();
        try {
            waiting = true;
            while (queue.isEmpty()) {
                if (ended) {
                    throw new ConnectionClosedException();
                }
                if (timedOut) {
                    throw S3Error.REQUEST_TIMEOUT.exception();
                }
                changed.awaitUninterruptibly();
            }
            var message = queue.remove();
            queuedBytes -= weight(message);
            if (paused && queuedBytes <= limitBytes / 2) {
                paused = false;
                channel.config().setAutoRead(true);
            }
            return message;
        } finally {
            waiting = false;
            lock.unlock();
        }
    }

    /// Whether the thread waits for something that has not arrived.
    boolean isStarving() {
        lock.lock();
        try {
            return waiting && queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// Ends the present wait, and all to come, with RequestTimeout.
    void timeOut() {
        lock.lock();
        try {
            timedOut = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Drops what was not taken, and lets nothing more in.
    void end() {
        lock.lock();
        try {
            ended = true;
            queue.forEach(ReferenceCountUtil::release);
            queue.clear();
            queuedBytes = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static long weight(HttpObject message) {
        return MESSAGE_BYTES
                + (message instanceof HttpContent content ? content.content().readableBytes() : 0);
    }
}

package dev.varve.door.s3;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/// The body of the request that a connection's thread is busy with.
///
/// Confined to the connection's thread.
final class HttpBody implements Body {
    private final Inbound inbound;
    private final S3Metrics metrics;
    private final long lengthBytes;
    private final Runnable invite;
    private boolean invited;
    private boolean ended;
    private long receivedBytes;

    /// @param lengthBytes Content-Length, [Body#UNKNOWN] or [Body#ABSENT]
    /// @param invite      asks the client for the body, where it waits for that
    HttpBody(Inbound inbound, S3Metrics metrics, long lengthBytes, Runnable invite) {
        this.inbound = inbound;
        this.metrics = metrics;
        this.lengthBytes = lengthBytes;
        this.invite = invite;
    }

    @Override
    public long lengthBytes() {
        return lengthBytes;
    }

    @Override
    public void transferTo(ByteSink sink) {
        if (!invited) {
            invited = true;
            invite.run();
        }
        while (!ended) {
            next(sink);
        }
        if (lengthBytes >= 0 && receivedBytes != lengthBytes) {
            throw S3Error.INCOMPLETE_BODY.exception();
        }
    }

    /// Reads and drops what is left of the body.
    ///
    /// @return whether its end was reached before `maxBytes` were dropped
    boolean discard(long maxBytes) {
        long until = receivedBytes + maxBytes;
        while (!ended && receivedBytes <= until) {
            next(_ -> {});
        }
        return ended;
    }

    boolean isEnded() {
        return ended;
    }

    /// Whether the client was asked for the body, where it waited for that.
    boolean isInvited() {
        return invited;
    }

    /// Bytes that are still to come; more than any limit where that is not known.
    long leftBytes() {
        if (ended) {
            return 0;
        }
        if (lengthBytes == UNKNOWN) {
            return Long.MAX_VALUE;
        }
        return Math.max(0, lengthBytes - receivedBytes);
    }

    private void next(ByteSink sink) {
        var message = inbound.take();
        try {
            if (!(message instanceof HttpObject part)) {
                throw new IllegalStateException("no part of a body: " + message.getClass());
            }
            ended = part instanceof LastHttpContent || part.decoderResult().isFailure();
            if (part.decoderResult().isFailure()) {
                throw S3Error.INCOMPLETE_BODY.exception("The body is not framed as HTTP wants it.");
            }
            if (part instanceof HttpContent content) {
                var bytes = content.content();
                receivedBytes += bytes.readableBytes();
                metrics.bytesIn.add(bytes.readableBytes());
                if (bytes.isReadable()) {
                    for (var buffer : bytes.nioBuffers()) {
                        sink.accept(buffer);
                    }
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }
}
